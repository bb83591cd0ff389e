//! What an image is told.

use super::{Code, hold, refuse, score, tag};

pub(super) const CODES: &[Code] = &[
    refuse(
        "trailing_data",
        "A5",
        "Something follows the end",
        [
            "Behind the end of the image or sound there are more bytes than fillers need. Viewers ignore them, so nobody would see what they are. Further images of a phone that are listed in the file's own index (MPF) are fine.",
            "bytes behind the end; bytes that are forgiven.",
            "Open the file in a program of its kind and export it again: a picture without motion or sound, a recording without anything behind it.",
        ],
    ),
    refuse(
        "polyglot",
        "A5",
        "There is a second file inside",
        [
            "The file is at the same time something else: an archive, a document, a program or a web page. Such files are made to be taken for one thing by one program and for another by the next.",
            "what was found; one file.",
            "Open the file in a program of its kind and export it again, which leaves the second file out.",
        ],
    ),
    refuse(
        "image_too_large",
        "I1",
        "The image is too large",
        [
            "An image may have 64 megapixels, 16,384 pixels a side and need 512 MB of memory to be decoded. It is read from the header, before anything is decoded.",
            "what is over; the most allowed.",
            "Scale it down or cut it into parts that make sense on their own.",
        ],
    ),
    refuse(
        "several_images",
        "I1",
        "The file holds several images",
        [
            "Animations and files of several pages would be judged by their first image only. A smaller copy of the image inside a TIFF does not count.",
            "images found; one.",
            "Export each image to a file of its own.",
        ],
    ),
    refuse(
        "image_truncated",
        "I2",
        "The image ends too early",
        [
            "The file stops before the end that its own format announces: PNG to IEND, JPEG to its end marker, WebP to the length in its frame, TIFF and BMP to the last strip or row. Viewers show such files with a grey rest.",
            "bytes found; bytes needed.",
            "Copy or download the file again; if the original is damaged too, open it and export what is left as a new, smaller image.",
        ],
    ),
    refuse(
        "image_broken",
        "I2",
        "The image is damaged",
        [
            "The file is not built as its format asks: a checksum does not fit, a header holds values that do not exist, directories go round in a circle, or the data cannot be unpacked.",
            "what is wrong; what the format asks.",
            "Copy or download the file again, or export the image anew.",
        ],
    ),
    hold(
        "not_supported_by_reader",
        "I2",
        "Our reader could not read it",
        [
            "The file's frame is whole, and our decoder does not know this variant of the format or failed on it. That is our fault until a person has looked; it never counts against the contributor.",
            "what was found or the decoder's words; what the reader knows.",
            "Nothing must be done. It goes faster as PNG or as an ordinary JPEG, a recording as WAV (PCM) or FLAC.",
        ],
    ),
    refuse(
        "image_too_small",
        "I3",
        "The image is too small",
        [
            "Below 64 pixels a side there is too little to learn from.",
            "pixels of the shorter side; the least allowed.",
            "Send the image in its original size; making it larger adds nothing.",
        ],
    ),
    hold(
        "image_small",
        "I3",
        "The image is small",
        [
            "Images with a shorter side below 200 pixels are often thumbnails or icons. A person decides; the score falls with the size.",
            "pixels of the shorter side; pixels from which on nothing is lost.",
            "Send the image in its original size, if there is one.",
        ],
    ),
    score(
        "image_larger_than_useful",
        "I3",
        "The image is larger than models use",
        [
            "Beyond 5,000 pixels a side images are scaled down before training anyway.",
            "pixels of the longer side; pixels up to which nothing is lost.",
            "Scale it down to 5,000 pixels, or crop it to what it shows.",
        ],
    ),
    score(
        "aspect_extreme",
        "I4",
        "The image is very long",
        [
            "Most of an image that is more than three times as long as wide (drawings: six times) is cropped away in training.",
            "longer side by shorter side, in hundredths; what costs nothing.",
            "Crop it to the part that matters, or cut it into several images.",
        ],
    ),
    score(
        "few_bytes",
        "I5",
        "The file is small for a photograph",
        [
            "A photograph of so few bytes was compressed until little was left. Drawings are not judged by it.",
            "bytes of the file; bytes from which on nothing is lost.",
            "Send the original, before it went through a messenger or a web site.",
        ],
    ),
    refuse(
        "blank_image",
        "I6",
        "The image is blank",
        [
            "Its brightness hardly varies (standard deviation below 2 of 255 levels), or, of a photograph, more than 99 % of its pixels have one and the same colour.",
            "deviation of brightness, or percent of one colour; the limit.",
            "Check that the right file was exported. Line drawings belong in a datanet with the profile graphic.",
        ],
    ),
    hold(
        "nearly_blank",
        "I6",
        "Nearly all of it has one colour",
        [
            "More than 99 % of the pixels have one and the same colour. An honest drawing can look like that, so a person looks.",
            "percent of one colour; the limit.",
            "Crop it to what is drawn.",
        ],
    ),
    score(
        "blurry",
        "I7",
        "The image is blurred",
        [
            "How much neighbouring pixels differ (variance of the Laplacian, after scaling to 512 pixels). Mist and soft light lower it too, so it only costs points.",
            "the variance; the value from which on nothing is lost.",
            "Send a sharper one if you have it.",
        ],
    ),
    hold(
        "qr_code",
        "I8",
        "QR codes take much of the image",
        [
            "Readable QR codes cover 5 % of the image or more: often it is an advertisement, a ticket or somebody's contact. A person looks where it leads.",
            "percent of the image; the limit.",
            "Crop the code away or cover it.",
        ],
    ),
    tag(
        "location_in_metadata",
        "I10",
        "The file tells where it was taken",
        [
            "EXIF or XMP hold a position. It is not repeated here, and the copy that goes into releases is without it.",
            "the fields; none.",
            "Nothing to do. To keep it from the people who run this server too, remove it before sending.",
        ],
    ),
    tag(
        "serial_in_metadata",
        "I10",
        "The file tells which device took it",
        [
            "Serial numbers and the makers' own notes, which often hold them, tie all pictures of a device together. The copy that goes into releases is without them.",
            "the fields; none.",
            "Nothing to do.",
        ],
    ),
    tag(
        "name_in_metadata",
        "I10",
        "The file names somebody",
        [
            "Fields for an artist, an owner, rights or a contact are filled in. The copy that goes into releases is without them; who contributed it is recorded apart.",
            "the fields; none.",
            "Nothing to do.",
        ],
    ),
    tag(
        "different_thumbnail",
        "I10",
        "The embedded thumbnail shows something else",
        [
            "The small picture in the EXIF block is not the image: often it is the picture before it was cropped or retouched. The copy that goes into releases is without it.",
            "bits of 64 that differ; the most of a thumbnail of the same image.",
            "Nothing to do; check whether the thumbnail shows what you meant to cut off.",
        ],
    ),
    tag(
        "metadata_left_out",
        "I10",
        "The released copy is without metadata",
        [
            "EXIF, XMP, IPTC, comments, makers' fields, embedded images and Content Credentials are left out of the copy for releases. The coded image, its colour profile and its orientation are the same bit by bit, which was checked by decoding both.",
            "what was left out; nothing.",
            "Nothing to do.",
        ],
    ),
    hold(
        "metadata_stays",
        "I10",
        "Metadata could not be left out",
        [
            "The file holds metadata, and the copy without it did not decode to the same pixels, so none was made. A person decides before it is released as it is.",
            "what the file holds; nothing.",
            "Export the image without metadata and send that.",
        ],
    ),
];
