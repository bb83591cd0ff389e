//! What a PDF, a DOCX or a file of records is told.

use super::{Code, hold, refuse, score, tag};

pub(super) const CODES: &[Code] = &[
    refuse(
        "encrypted_document",
        "A5",
        "The document is encrypted",
        [
            "An encrypted document cannot be checked, and nobody could train on it. A PDF that opens without a password may still be encrypted (with an empty user password, to forbid printing or copying).",
            "the encryption found; none.",
            "Save it without a password. PDF: print it to a PDF file, or run: qpdf --decrypt in.pdf out.pdf. Word: File → Info → Protect Document → Encrypt with Password, and empty the field.",
        ],
    ),
    refuse(
        "broken_document",
        "A5",
        "The document cannot be read",
        [
            "The file starts like the right format, but its structure is damaged or cut off, so its text cannot be told for sure.",
            "what is wrong; a complete file of the format.",
            "Open the file in the program it was made with and export it again; if it came by download, download it again.",
        ],
    ),
    refuse(
        "too_many_entries",
        "A6",
        "The archive has too many entries",
        [
            "A DOCX is a ZIP archive. Real documents have some dozens of entries; thousands are a way to exhaust whoever opens them.",
            "entries found; the most allowed.",
            "Save the document again with a word processor, or send its text as .txt or .md.",
        ],
    ),
    refuse(
        "archive_too_big",
        "A6",
        "The archive unpacks to too much",
        [
            "The content is counted while it is unpacked, whatever the archive says of itself.",
            "bytes unpacked until the limit was passed; the most allowed (100 MB together, 50 MB an entry).",
            "Save the document again with a word processor, without large pictures, or split it.",
        ],
    ),
    refuse(
        "archive_ratio",
        "A6",
        "An entry unpacks to far more than it takes",
        [
            "Text shrinks to a tenth, rarely to a fiftieth. An entry that unpacks to more than 200 times its size is a bomb.",
            "times its packed size; the most allowed.",
            "Save the document again with a word processor.",
        ],
    ),
    refuse(
        "nested_archive",
        "A6",
        "There is an archive in the archive",
        [
            "An archive inside a document is not text, and is how bombs and malware travel.",
            "the entry that is an archive; none.",
            "Remove embedded files and objects from the document and save it again.",
        ],
    ),
    refuse(
        "overlapping_entries",
        "A6",
        "Entries of the archive overlap",
        [
            "Two entries that share their bytes are the trick of the densest archive bombs; two entries of one name show different programs different documents. No word processor writes either.",
            "the entry that overlaps or comes twice; none.",
            "Save the document again with a word processor.",
        ],
    ),
    refuse(
        "unsafe_entry",
        "A6",
        "An entry of the archive has an unsafe name",
        [
            "Absolute paths, `..` and symbolic links write outside the folder where an archive is unpacked.",
            "the entry; a plain relative name.",
            "Save the document again with a word processor.",
        ],
    ),
    refuse(
        "stream_bomb",
        "A6",
        "A compressed part unpacks to far too much",
        [
            "Compressed streams of a PDF and pages of a Parquet file are unpacked under a limit, so that a small file cannot fill the memory.",
            "bytes unpacked until the limit was passed, or the bytes announced; the most allowed.",
            "Export the file again; if it really holds that much, split it.",
        ],
    ),
    refuse(
        "too_complex",
        "A6",
        "The document is too complex",
        [
            "Nesting, numbers of pages and of drawing operations are limited far above what real documents need, so that no file can keep a reader busy for ever.",
            "what was counted; the most allowed.",
            "Split the document, or export it again without embedded drawings.",
        ],
    ),
    refuse(
        "pdf_javascript",
        "A7",
        "The PDF contains a script",
        [
            "JavaScript in a PDF runs when somebody opens it. Nothing that runs enters a datanet.",
            "the object with the script; none.",
            "Print the PDF to a new PDF file (this drops scripts), or export it again without form scripts.",
        ],
    ),
    refuse(
        "pdf_action",
        "A7",
        "The PDF does something when it is opened, or leads to another machine's files",
        [
            "Actions that start programs, send forms, import data, play media or open addresses by themselves; and links or files on a share of another machine (`\\\\host\\share`, `file://host/share`, `smb://host`), to which whoever follows them sends their sign-in name unasked. Links to pages of the web that a reader clicks, to other documents, and jumping to a page at the start are fine and not meant.",
            "the action and its object; none.",
            "Print the PDF to a new PDF file, or export it again without actions and without links to shares.",
        ],
    ),
    refuse(
        "pdf_embedded_file",
        "A7",
        "The PDF carries another file",
        [
            "A file attached to a PDF is not seen, not checked, and goes along wherever the PDF goes.",
            "the object with the file; none.",
            "Remove the attachments (print the PDF to a new PDF file) and send the other file on its own.",
        ],
    ),
    refuse(
        "pdf_rich_media",
        "A7",
        "The PDF contains video, 3D or Flash",
        [
            "Rich media are programs and films in a text datanet; what they say cannot be checked here.",
            "the object; none.",
            "Print the PDF to a new PDF file.",
        ],
    ),
    refuse(
        "pdf_xfa",
        "A7",
        "The PDF is an XFA form",
        [
            "XFA forms are programs that draw their pages while they are opened; other readers see an empty page.",
            "the form; none.",
            "Open it in Adobe Reader and print it to a new PDF file.",
        ],
    ),
    refuse(
        "docx_macros",
        "A7",
        "The document contains macros",
        [
            "Macros are programs that run when somebody opens the document.",
            "the entry; none.",
            "Save it as “Word document (*.docx)” without macros.",
        ],
    ),
    refuse(
        "docx_external_content",
        "A7",
        "The document loads content from elsewhere",
        [
            "Pictures, templates, frames or fields that are fetched when somebody opens the document tell a stranger who opened it, and can change or attack; a field of the kind DDE starts a program. The same goes for links to a share of another machine (`\\\\host\\share`, `file://host/share`), to which whoever clicks them sends their sign-in name. Other hyperlinks are fine and not meant.",
            "the target and what it is; none.",
            "Embed linked pictures (File → Info → Edit Links to Files → Break Link), detach a remote template, remove links to shares, turn such fields into text (Ctrl+Shift+F9), and save again.",
        ],
    ),
    refuse(
        "docx_embedded_file",
        "A7",
        "The document carries another file",
        [
            "Embedded objects (OLE, spreadsheets, packages) are not seen as text, not checked, and can run programs; a program is told by its bytes, whatever its entry is called, and what is called a picture must be one (of any kind).",
            "the entry; none.",
            "Replace embedded objects by their text or remove them, insert damaged pictures again, and save again.",
        ],
    ),
    refuse(
        "docx_foreign_chunk",
        "A7",
        "The document imports a part of another format",
        [
            "An altChunk is HTML, RTF or another document that the word processor converts while opening; what it becomes cannot be checked.",
            "the part; none.",
            "Open the document in Word and save it again: this converts such parts.",
        ],
    ),
    refuse(
        "xml_dtd",
        "A7",
        "A part of the document declares a DTD",
        [
            "Document type definitions can read files and grow to gigabytes (“billion laughs”). No word processor writes one.",
            "the entry; none.",
            "Save the document again with a word processor.",
        ],
    ),
    hold(
        "hidden_text",
        "T2",
        "The document has text that nobody sees",
        [
            "Words that are invisible, tiny, in the colour of their background or one that cannot be told from it (red, green and blue together differ by less than 0.12 of a whole colour; for a Word document the message gives the contrast), off the page or painted over are read by machines and not by people: a way to smuggle instructions. They are left out of the text. Single signs, and words that are visible on the same page too, are not meant.",
            "letters that are hidden; 0.",
            "Delete hidden text, or make it visible, and export the document again.",
        ],
    ),
    tag(
        "unseen_text_left_out",
        "T2",
        "Text that nobody sees is left out",
        [
            "Parts of figures that are cut away, layers that are switched off, what a program recognised on a scan, printers' marks, and single letters that cannot be seen are not part of what a reader reads.",
            "letters left out; any number.",
            "Nothing to do; what should be read must be visible.",
        ],
    ),
    refuse(
        "scanned_pdf",
        "T4",
        "The PDF is a scan",
        [
            "More than 1 page in 5 is a picture with fewer than 100 characters of visible text. Text that a scanner program recognised lies invisibly behind the picture and has its errors.",
            "pages in 1,000 that are pictures almost without text; the most allowed.",
            "Send the text itself: export the PDF from the program it was written in, or recognise, proofread and save it as .txt, .md or .docx.",
        ],
    ),
    refuse(
        "pdf_mostly_images",
        "T4",
        "The PDF is mostly images",
        [
            "This datanet learns from text. Pictures in between are fine and are left out; here they take most of the pages and there is little text beside them.",
            "thousandths of the page area under images; the most allowed with fewer than 500 characters a page.",
            "Send the text without the pictures, or find a datanet for images.",
        ],
    ),
    refuse(
        "docx_mostly_images",
        "T4",
        "The document is mostly images",
        [
            "This datanet learns from text. Pictures in between are fine and are left out; here there are fewer than 100 characters for each page that pictures fill.",
            "characters for each page filled by pictures; the least needed.",
            "Send the text without the pictures, or find a datanet for images.",
        ],
    ),
    refuse(
        "pdf_text_unmapped",
        "T1",
        "The PDF does not say which characters its letters are",
        [
            "Fonts that neither map nor name their letters show the right shapes to people, but nobody can copy, search or learn the text. Read are maps to Unicode, encodings, the names of glyphs inside the fonts themselves, and Adobe's collections of Chinese, Japanese and Korean letters.",
            "characters in 1,000 that nothing names; at most 100.",
            "Export the PDF again with “embed fonts with Unicode mapping” (LaTeX: \\usepackage{cmap} and Type 1 fonts), or send the source as .md or .docx.",
        ],
    ),
    refuse(
        "document_without_text",
        "T4",
        "The document has no text",
        [
            "No letter of text could be found: the pages are drawings, pictures or empty.",
            "characters of text; at least 1.",
            "Send a document with text in it; letters that were turned into outlines are drawings.",
        ],
    ),
    tag(
        "unmapped_characters",
        "T1",
        "Some signs of the PDF have no known character",
        [
            "A few signs, mostly arrows, signs of music and pieces of drawings, come from fonts that do not say what they are, and are left out.",
            "characters in 1,000 that nothing names; at most 100.",
            "Nothing to do; exporting with Unicode mappings keeps them.",
        ],
    ),
    tag(
        "images_left_out",
        "T4",
        "The images of the document are left out",
        [
            "Only text is taken from documents.",
            "images found; any number.",
            "Nothing to do; if the images matter, describe them in the text.",
        ],
    ),
    refuse(
        "records_none",
        "A5",
        "The file has no record",
        [
            "A file of records needs at least one: a JSON object a line, a line of CSV below the names of the columns, or a row of Parquet.",
            "records found; at least 1.",
            "Write the records into the file; check that saving finished.",
        ],
    ),
    refuse(
        "record_not_json",
        "A5",
        "A line is not a JSON object",
        [
            "A .jsonl file has one JSON object on each line, or the list of a conversation's messages, without commas between the lines and without an array around them all.",
            "what is wrong, with line and column; one JSON object.",
            "Repair the line. From a JSON array: jq -c '.[]' in.json > out.jsonl",
        ],
    ),
    refuse(
        "record_field_missing",
        "A5",
        "A record lacks a field",
        [
            "The fields tell what a record is: messages; a question and its answer; prompt and completion; prompt, chosen and rejected; text. One of them is there and another that belongs to it is not, or is empty. /docs/reference/rows has every form with an example.",
            "line, field and what was found; what was expected.",
            "Fill in the field or drop the record, then send the file again.",
        ],
    ),
    refuse(
        "record_wrong_type",
        "A5",
        "A field of a record has the wrong kind of value",
        [
            "Words stand in strings, conversations in lists of {role, content}, {from, value} or {role, parts}.",
            "line, field and what was found; what was expected.",
            "Write the field as expected or drop the record, then send the file again.",
        ],
    ),
    refuse(
        "record_shape_unknown",
        "A5",
        "A record has no known shape",
        [
            "Known are {messages}, {conversations}, {contents}; a question ({instruction}, {question}, {query}, {prompt} or {input}) with its answer ({output}, {response} or {answer}); {prompt, completion}; {chosen, rejected} after a prompt or as whole conversations; {text} and {content}; other fields may stand beside them. /docs/reference/rows has every form with an example.",
            "line and fields found; one of the shapes.",
            "Rename the fields to one of the forms on /docs/reference/rows, then send the file again.",
        ],
    ),
    refuse(
        "record_nothing_to_learn",
        "A5",
        "A conversation has no answer",
        [
            "Only the assistant's turns are learnt; a conversation without one teaches nothing.",
            "line, field and the roles found; a turn of the assistant.",
            "Add the assistant's answer or drop the record, then send the file again.",
        ],
    ),
    refuse(
        "more_broken_records",
        "A5",
        "More records are broken",
        [
            "The first 20 broken records are listed one by one; this finding says how many there are in all.",
            "broken records in the file; 0.",
            "Repair the listed ones; the others are likely broken in the same way.",
        ],
    ),
    refuse(
        "csv_broken",
        "A5",
        "The table is not well-formed CSV",
        [
            "The first line names the columns, each once; every record has as many fields, separated by commas, semicolons, tabs or bars; fields with separators, quotes or line breaks stand in double quotes, and a quote inside is doubled (RFC 4180). A column without a name may hold row numbers or nothing.",
            "what is wrong, with its line; well-formed CSV.",
            "Export it again as “CSV UTF-8 (comma separated)”, or write it with a CSV library.",
        ],
    ),
    tag(
        "csv_separator",
        "A5",
        "The table has another separator than its name says",
        [
            "Spreadsheets write semicolons into .csv where a comma marks decimals; tabs and bars are found too. The separator is told by the names in the first line, and the table is read all the same.",
            "what separates the fields; what the name of the file says.",
            "Nothing to do.",
        ],
    ),
    hold(
        "csv_formula",
        "A7",
        "Cells of the table are formulas",
        [
            "A cell such as =HYPERLINK(…), @SUM(…) or =cmd|… runs when somebody opens the table in a spreadsheet. Held is what reads as a formula to its end or reaches out of the table; numbers, lists, patches and words behind a sign are none. A person looks whether it is text.",
            "cells that read as formulas; 0.",
            "Put an apostrophe before the sign, write the cell as words, or paste values instead of formulas.",
        ],
    ),
    refuse(
        "parquet_unsupported",
        "A5",
        "The Parquet file uses something not supported",
        [
            "Taken are pages that are uncompressed or packed with Snappy, Zstandard, gzip or LZ4 (raw), with text, numbers, dates, lists and structs.",
            "what was found; what is taken.",
            "Write it with Snappy: df.to_parquet(FILE, compression=\"snappy\"), or send JSON lines: df.to_json(FILE, orient=\"records\", lines=True, force_ascii=False)",
        ],
    ),
    refuse(
        "records_repeated",
        "T8",
        "Nearly every record is a copy of another",
        [
            "Nine of ten records, or more, stand in the same file already. A model that reads one sentence a hundred times learns it by heart and little else, and copies earn nothing.",
            "copies of 1,000 records; fewer than 900 are taken, when there are 20 records or more.",
            "Keep each record once and send the file again.",
        ],
    ),
    score(
        "duplicate_records",
        "T8",
        "Records come more than once",
        [
            "The same record twice teaches nothing new. Up to 1 record in 100 costs nothing; then points in proportion, up to 40 where half of them are copies.",
            "records in 1,000 that stand in the file already; 10.",
            "Remove the copies: jq -c . in.jsonl | awk '!seen[$0]++' > out.jsonl",
        ],
    ),
    tag(
        "record_shapes_mixed",
        "A5",
        "The file mixes several shapes of records",
        [
            "Each record is read by its own fields, so mixing is allowed; it is noted because it is often a slip.",
            "the shapes found, with their numbers; one shape.",
            "Nothing to do if it is meant; otherwise send one file for each shape.",
        ],
    ),
    tag(
        "names_in_document",
        "T16",
        "The document names people in its properties",
        [
            "Word processors write their users into a file: as its author, as the last to change it, at comments and tracked changes. The text that goes into releases has none of it, and everybody but the contributor gets that text in place of the file, before and after it is accepted. Names of programs and machines and placeholders (python-docx, Microsoft Office User, anonymous, admin …) are nobody's and not meant.",
            "the properties that name somebody; none. The names themselves are not repeated.",
            "Nothing to do; to hand on the file without them: Word: File → Info → Inspect Document; LibreOffice: File → Properties → Reset Properties; PDF: exiftool -all= file.pdf, then qpdf --linearize.",
        ],
    ),
];
