//! What a recording is told.

use super::{Code, hold, refuse, score, tag};

pub(super) const CODES: &[Code] = &[
    refuse(
        "audio_unreadable",
        "S1",
        "There is no sound in the file",
        [
            "The file has the outside of a recording, but no piece of sound in it can be decoded.",
            "what is missing; at least one piece of sound.",
            "Open the file in an audio editor; if it plays there, export it again as WAV or FLAC.",
        ],
    ),
    refuse(
        "impossible_header",
        "S1",
        "The file's header cannot be true",
        [
            "The header gives a sample rate, a number of channels or a sample size that no recording has.",
            "the value in the header; what can be meant.",
            "Export the recording again as WAV or FLAC from the program that made it.",
        ],
    ),
    refuse(
        "audio_truncated",
        "S1",
        "The sound breaks off",
        [
            "The file ends before the sound it announces does, as after a broken download or a full disk. Up to 5 % less is tolerated where nothing else is wrong; in FLAC every sample is counted.",
            "where it breaks off, milliseconds; the declared length, milliseconds.",
            "Copy or download the file again and compare its size with the original's. If the rest is lost, export what is there as a new file.",
        ],
    ),
    refuse(
        "duration_mismatch",
        "S1",
        "The sound is longer than the file says",
        [
            "More than 5 % more sound is in the file than its header declares: players stop early or show a wrong time. It happens when MP3 files are joined as they are.",
            "the decoded length, milliseconds; the declared one, milliseconds.",
            "Open the file in an audio editor and export it again; joined recordings are best sent one by one.",
        ],
    ),
    refuse(
        "samples_damaged",
        "S1",
        "The sound is damaged",
        [
            "Part of the sound is not what was once stored: a FLAC frame or the whole has a wrong checksum, more than 5 % of an MP3 is no sound, or samples are not even numbers.",
            "what is wrong and how much of it; what is in order.",
            "Take the file from its source again. If the source has the same damage, cut the damaged stretch out and export the rest.",
        ],
    ),
    hold(
        "sound_interrupted",
        "S1",
        "Pieces of the sound are missing",
        [
            "Between the frames of the MP3 are bytes that are no sound, or some frames cannot be decoded (up to 5 % of the file). There may be clicks or gaps.",
            "parts of 1,000 that are lost; the most before the file is refused.",
            "Listen to the place. If it clicks or jumps, take the file from its source again.",
        ],
    ),
    refuse(
        "audio_too_short",
        "S2",
        "The recording is too short",
        [
            "Less than half a second is hardly a sound and cannot be checked for copies.",
            "length, milliseconds; the least, milliseconds.",
            "Send a longer recording, with a little room before and after the sound.",
        ],
    ),
    refuse(
        "audio_too_long",
        "S2",
        "The recording is too long",
        [
            "A recording may last 20 minutes: nobody can review more at once.",
            "length, milliseconds; the most, milliseconds.",
            "Cut it into parts that make sense on their own and send those.",
        ],
    ),
    score(
        "too_short_for_profile",
        "S2",
        "Short for what the datanet collects",
        [
            "Speech is expected to last at least 2 seconds, music at least 10.",
            "length, milliseconds; length without loss, milliseconds.",
            "Send whole sentences or longer passages.",
        ],
    ),
    score(
        "too_long_for_profile",
        "S2",
        "Long for what the datanet collects",
        [
            "Speech and single sounds are expected to last at most a minute, music at most 15.",
            "length, milliseconds; length without loss, milliseconds.",
            "Cut it at pauses into shorter recordings.",
        ],
    ),
    hold(
        "low_sample_rate",
        "S3",
        "The sample rate is low",
        [
            "Speech and sounds are wanted at 16,000 samples a second or more, music at 32,000. Telephone recordings have 8,000: a person decides whether they are of use here.",
            "samples a second; what the profile wants.",
            "Send the original recording, not a reduced copy. Converting to a higher rate brings nothing back.",
        ],
    ),
    hold(
        "many_channels",
        "S3",
        "More than two channels",
        [
            "Recordings are expected in mono or stereo.",
            "channels; the most expected.",
            "Mix the recording to stereo or mono, or send the channels as files of their own.",
        ],
    ),
    refuse(
        "silent",
        "S4",
        "The recording is silent",
        [
            "The level of the whole recording is below −60 dB: nothing can be heard. A muted microphone does this.",
            "level of the whole, hundredths of dB below full scale; the least.",
            "Check the microphone and record again; if the sound is only very quiet, raise its level before you send it.",
        ],
    ),
    hold(
        "mostly_silent",
        "S4",
        "There is little sound in the recording",
        [
            "Less than a fifth of the recording has sound in it. In the profile speech a part counts when it is within 25 dB of the loudest, in the others when it is above −60 dB.",
            "parts of 1,000 with sound; the least.",
            "Cut off the silence at both ends and between takes.",
        ],
    ),
    score(
        "clipping",
        "S5",
        "Samples are clipped",
        [
            "More than 0.1 % of the samples are at full scale (0.999 and above): the recording was too loud for the device.",
            "clipped samples of 100,000; those without loss.",
            "Record with less gain. If you have the take before it was made louder, send that.",
        ],
    ),
    hold(
        "heavy_clipping",
        "S5",
        "Many samples are clipped",
        [
            "More than 1 % of the samples are at full scale. It may be distortion, or loud music made that way: a person listens.",
            "clipped samples of 100,000; the most.",
            "Record with less gain. If you have the take before it was made louder, send that.",
        ],
    ),
    score(
        "dc_offset",
        "S6",
        "The zero line is off",
        [
            "The samples do not lie around zero, which a faulty input does.",
            "distance of their mean from zero, thousandths of full scale; the distance without loss.",
            "Remove the DC offset in an audio editor.",
        ],
    ),
    score(
        "dead_channel",
        "S6",
        "A channel has no sound",
        [
            "One channel is silent (below −80 dB) while another is not.",
            "silent channels; none.",
            "Send the recording in mono, from the channel that has the sound.",
        ],
    ),
    score(
        "too_quiet",
        "S6",
        "The recording is very quiet",
        [
            "Its loudness is below −50 LUFS (EBU R 128).",
            "tenths of LUFS; the loudness without loss.",
            "Raise the level before you send it, or record closer to the microphone.",
        ],
    ),
    score(
        "too_loud",
        "S6",
        "The recording is very loud",
        [
            "Its loudness is above −5 LUFS (EBU R 128), which leaves no room for anything.",
            "tenths of LUFS; the loudness without loss.",
            "Send the take before it was compressed and made louder.",
        ],
    ),
    hold(
        "fake_resolution",
        "S7",
        "The sample rate promises more than there is",
        [
            "The sound ends at a wall below 35 % of what its sample rate can hold: it was recorded at a lower rate, on a telephone line or through a narrow codec, and converted later. A person decides whether it is of use.",
            "where the wall stands, thousandths of the range; the least.",
            "Send the original as it was recorded. If this is the original, say so in the review.",
        ],
    ),
    score(
        "noisy",
        "S8",
        "The voice is close to the noise",
        [
            "The loud parts stand less than 10 dB above the quiet ones (95th against 10th percentile of the level of 20 ms). Asked of speech only.",
            "hundredths of dB; the range without loss.",
            "Record in a quieter room or closer to the microphone.",
        ],
    ),
    hold(
        "transcript_too_fast",
        "S10",
        "More text than can be said",
        [
            "Nobody says more than 40 characters a second: the transcript belongs to another recording, or part of the recording is missing.",
            "characters a second; the most.",
            "Check that this transcript belongs to this recording.",
        ],
    ),
    hold(
        "transcript_repeats",
        "S10",
        "The transcript repeats itself",
        [
            "In a stretch of up to 100 words at most 40 % differ. Recognisers fall into loops like this on noise and music.",
            "words of 1,000 that differ; the least.",
            "Listen to the place and write down what is said.",
        ],
    ),
    hold(
        "transcript_long_word",
        "S10",
        "The transcript has an impossibly long word",
        [
            "A word has more than 35 letters (more than 25 where the datanet's language does not join words).",
            "letters of the longest word; the most.",
            "Put the spaces in where they are missing.",
        ],
    ),
    tag(
        "personal_metadata",
        "S11",
        "The file carries personal metadata",
        [
            "Tags in the file name a person, a device or an address. Releases get a copy without any tags; its samples are the same.",
            "the parts found; none.",
            "Nothing to do. Remove the tags yourself if nobody here should see them either.",
        ],
    ),
];
