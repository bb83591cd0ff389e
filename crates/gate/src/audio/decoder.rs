//! symphonia's decoders, one packet at a time.

use std::panic::{AssertUnwindSafe, catch_unwind};
use symphonia::core::codecs::audio::well_known::{CODEC_ID_FLAC, CODEC_ID_MP3};
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::packet::PacketRef;
use symphonia::core::units::{Duration, Timestamp};
use symphonia::default::codecs::{FlacDecoder, MpaDecoder};

/// Why a packet gave no samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failed {
    /// Its bytes make no sense.
    Damaged,
    /// The decoder itself failed: our fault, whatever the bytes.
    Panic,
}

/// A decoder of one stream.
pub(super) struct Decoder {
    inner: Box<dyn AudioDecoder>,
}

impl Decoder {
    /// For frames of the stream with this STREAMINFO; sums up its MD5.
    pub(super) fn flac(stream_info: &[u8]) -> Result<Self, Failed> {
        let mut params = AudioCodecParameters::new();
        params.for_codec(CODEC_ID_FLAC).with_extra_data(stream_info.into());
        let options = AudioDecoderOptions::default().verify(true);
        guarded(|| FlacDecoder::try_new(&params, &options).map_err(|_| Failed::Damaged))
            .map(|decoder| Self { inner: Box::new(decoder) })
    }

    /// For MPEG layer III frames.
    pub(super) fn mp3() -> Result<Self, Failed> {
        let mut params = AudioCodecParameters::new();
        params.for_codec(CODEC_ID_MP3);
        let options = AudioDecoderOptions::default();
        guarded(|| MpaDecoder::try_new(&params, &options).map_err(|_| Failed::Damaged))
            .map(|decoder| Self { inner: Box::new(decoder) })
    }

    /// Decodes one packet into interleaved samples; returns the number of channels.
    pub(super) fn decode(&mut self, packet: &[u8], samples: &mut Vec<f32>) -> Result<u32, Failed> {
        samples.clear();
        let packet = PacketRef::new(0, Timestamp::ZERO, Duration::ZERO, packet);
        guarded(|| {
            let sound = self.inner.decode_ref(&packet).map_err(|_| Failed::Damaged)?;
            sound.copy_to_vec_interleaved(samples);
            Ok(sound.num_planes() as u32)
        })
    }

    /// Whether the samples so far have the checksum of the stream; none without one.
    pub(super) fn verified(&mut self) -> Option<bool> {
        guarded(|| Ok(self.inner.finalize().verify_ok)).ok().flatten()
    }
}

/// The library has panicked on hostile files before. A panic must cost one file even where
/// no sandbox is around it.
fn guarded<T>(f: impl FnOnce() -> Result<T, Failed>) -> Result<T, Failed> {
    catch_unwind(AssertUnwindSafe(f)).unwrap_or(Err(Failed::Panic))
}
