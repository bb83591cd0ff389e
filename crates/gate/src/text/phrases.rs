//! What is said to a model instead of a reader: tokens of templates and phrases that take
//! instructions back.
//!
//! A line of [`SAID`] is a row of words with a space between; `a|b` is either, `_` a space
//! inside of a choice, `-` nothing.

use super::seen::folded_phrase;

/// Tokens of chat templates, in lower case.
pub(super) const TOKENS: &[&str] = &[
    "<|im_start|>",
    "<|im_end|>",
    "<|im_sep|>",
    "<|im_user|>",
    "<|im_assistant|>",
    "<|im_system|>",
    "<|im_middle|>",
    "<|system|>",
    "<|user|>",
    "<|assistant|>",
    "<|observation|>",
    "<|end|>",
    "<|endoftext|>",
    "<|endofprompt|>",
    "<|begin_of_text|>",
    "<|end_of_text|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|eot|>",
    "<|header_start|>",
    "<|header_end|>",
    "<|python_tag|>",
    "<|start_header_id|>",
    "<|end_header_id|>",
    "<|fim_prefix|>",
    "<|fim_middle|>",
    "<|fim_suffix|>",
    "<|channel|>",
    "<|message|>",
    "<|start|>",
    "<|return|>",
    "<|call|>",
    "<|constrain|>",
    "<|startoftext|>",
    "<|prompter|>",
    "<|tool_call|>",
    "<|tool_response|>",
    "<|start_of_role|>",
    "<|end_of_role|>",
    "<|action_start|>",
    "<|action_end|>",
    "<|start_of_turn_token|>",
    "<|end_of_turn_token|>",
    "<|system_token|>",
    "<|user_token|>",
    "<|chatbot_token|>",
    "<|start_thinking|>",
    "<|end_thinking|>",
    "<|start_response|>",
    "<start_of_turn>",
    "<end_of_turn>",
    "<bos_token>",
    "<eos_token>",
    "<|begin▁of▁sentence|>",
    "<|end▁of▁sentence|>",
    "<|tool▁calls▁begin|>",
    "<|tool▁call▁begin|>",
    "[inst]",
    "[/inst]",
    "<<sys>>",
    "<</sys>>",
    "[system_prompt]",
    "[/system_prompt]",
    "[available_tools]",
    "[/available_tools]",
    "[tool_results]",
    "[/tool_results]",
    "[tool_calls]",
    "</s><s>",
    "<s>[inst]",
    "[gmask]<sop>",
    "### instruction:",
    "<|reserved_special_token_",
    "###system:",
    "<function_calls>",
    "<extra_id_0>system",
    "<extra_id_1>user",
    "<extra_id_1>assistant",
    "<system>you ",
    "[system](#override)",
    "[system](#context)",
    "[system](#error)",
    "[system](#additional_instructions)",
    "[assistant](#message)",
    "[assistant](#inner_monologue)",
    "[user](#message)",
    // Only together with what closes them.
    "<fim_prefix>",
    "[cls]",
    "<bos>",
];

/// Phrases of scripts with spaces.
const SAID: &[&str] = &[
    "reveal|repeat|output|leak|print|show_me|tell_me the|your system prompt",
    "reveal|repeat|output|leak|print|show|disclose your system|hidden|initial|original|secret|internal prompt|prompts|instructions|directives",
    "act|behave|respond as an|a unrestricted|uncensored|unfiltered|jailbroken model|ai|assistant|llm|chatbot",
    "instead of summarising|summarizing|translating|answering|reviewing this|this_text|this_page|this_document|the_text|the_document|the_page send|output|reply|print|respond",
    "ai|llm assistants|agents|models|systems|bots reading|processing|summarising|summarizing|parsing|viewing|visiting this page|document|text|file|site|website must|should|are_required|please",
    "when|if asked|you_are_asked to rate|grade|score|evaluate|review this|the text|document|essay|answer|paper|file|page always|you_must answer|reply|respond|give|say|output|return",
    "instruction|instructions for|to the|all|any|- language_model|language_models|llm|llms|ai_assistant|ai_assistants|ai_model|ai_models|chatbot :",
    "repeat|output|print|copy the|all|all_the|all_of_the words|text|sentences|everything above|before_this starting|beginning with",
    "ignore your instructions|training|guidelines|programming",
    "ignore|disregard|forget your|all_your|all_of_your|any_of_your previous|prior|earlier|initial|original|- instructions|programming|rules|training|guidelines|directives",
    "ignore|disregard everything|all|anything|whatever you|i|we were|have_been|were_previously told|instructed",
    "ignore|disregard|forget everything|anything|all_text|all_of_the_text|all_the_text above|before_this|prior_to_this|that_came_before|written_above|preceding_this",
    "please ignore|disregard|forget the|all_the above|preceding|foregoing",
    "do_not|don't|dont|never|stop follow|obey|following|obeying|comply_with your|any|any_of_your|any_of_the|all previous|prior|earlier|above|original|system instructions|instruction|prompt|prompts|directives",
    "you are now in developer|dan|jailbreak|god|unrestricted mode",
    "you are|'re now|henceforth dan",
    "you are now an|a unrestricted|unfiltered|uncensored|jailbroken",
    "you can do anything now",
    "new|updated instructions: you|ignore|always|never|from_now|disregard|reveal|respond|say|do_not|output",
    "your new instructions are",
    "your new task|role|instruction is to ignore|approve|output|reveal|say|print",
    "system|admin|developer|safety override:",
    "system override engaged|activated|enabled|accepted",
    "note|message|notice|reminder|attention to|for any|all|the ai|llm|language_model|ai_model|ai_agent|ai_assistant|chatbot|llms reading|reviewing|reviewer|reviewers|processing|evaluating|grading|analyzing|analysing|that_reads|that_reviews|who_reads",
    "if you are|'re an ai|llm|ai_language_model|ai_assistant|ai_model|ai_agent reading|processing|reviewing|please|then|ignore|you_must|do_not",
    "if you are|'re a large_language_model|language_model reading|processing|reviewing|please|then|ignore|you_must|do_not",
    "to any|all|the ai|llm|language_model reading|reviewing|processing|evaluating this",
    "ai|llm reviewer:|reviewers:|moderator:|grader:|evaluator: please|approve|accept|ignore|rate|give",
    "dear|attention ai|llm reviewer|reviewers|model|models please|ignore|approve|:|you",
    "ignorier|ignoriere|ignorieren_sie|ignoriert|vergiss|vergessen_sie|missachte|missachten_sie alle|die|alles|sämtliche|deine|alle_deine|alle_ihre|- vorherigen|bisherigen|obigen|früheren|vorigen|vorangegangenen|vorangehenden anweisungen|anweisung|befehle|instruktionen|vorgaben|regeln",
    "ignoriere|vergiss|ignorieren_sie alles was|oben|bisher|vorher du|steht|gesagt|stand",
    "ignore|ignorez|ignorer|oublie|oubliez|oublier toutes|tout|- les|tes|vos|ces|- instructions|consignes|directives précédentes|antérieures|ci-dessus|qui_précèdent|préalables",
    "ignore|ignorez|oublie|oubliez tout ce qui précède|est_au-dessus",
    "ignora|ignore|ignorad|ignoren|olvida|olvide|olviden|descarta todas|todo|- las|tus|sus|- instrucciones|indicaciones|órdenes anteriores|previas|precedentes|de_arriba",
    "ignora|ignore|olvida|olvide todo lo anterior|de_arriba",
    "ignore|ignora|ignorem|esqueça|esquece|esqueçam|desconsidere todas|- as|suas|- instruções|orientações|ordens anteriores|prévias|precedentes|acima",
    "ignore|esqueça|desconsidere tudo o_que_foi_dito|acima|o_que_está_acima|anterior",
    "ignora|ignorate|ignori|dimentica|dimenticate|dimentichi|trascura tutte|- le|tue|- istruzioni|indicazioni precedenti|di_cui_sopra|sopra",
    "ignora|dimentica tutte|- le precedenti istruzioni",
    "negeer|vergeet|negeert alle|de|al_je|- vorige|eerdere|voorgaande|bovenstaande instructies|opdrachten|aanwijzingen",
    "zignoruj|ignoruj|zapomnij|zignorujcie|pomiń|zapomnij_o wszystkie|wszystkich|- poprzednie|wcześniejsze|powyższe|poprzednich|wcześniejszych|dotychczasowe instrukcje|polecenia|instrukcjach|poleceniach|wytyczne",
    "ignoruj|ignorujte|zapomeň|zapomeňte|zapomeň_na všechny|veškeré|- předchozí|předešlé|dosavadní|výše_uvedené pokyny|instrukce|příkazy",
    "ignoruj|ignorujte|zabudni|zabudnite|zabudni_na všetky|- predchádzajúce|doterajšie|vyššie_uvedené pokyny|inštrukcie|príkazy",
    "ignorera|glöm|bortse_från alla|- tidigare|föregående|ovanstående instruktioner|anvisningar|instruktionerna",
    "ignorer|ignorér|glem|se_bort_fra alle|- tidligere|foregående|ovenstående|forrige|ovennævnte instruktioner|instruksjoner|anvisninger|instrukser",
    "jätä|ohita|unohda huomiotta|huomioimatta|- kaikki|- aiemmat|edelliset|aikaisemmat|yllä_olevat ohjeet|käskyt|ohjeistukset",
    "sivuuta|unohda kaikki aiemmat|edelliset|aikaisemmat ohjeet|ohjeesi",
    "eira|ignoreeri|unusta kõiki|kõik|- eelnevaid|eelnevad|varasemaid|varasemad juhiseid|juhised",
    "ignorē|ignorējiet|aizmirsti|neņem_vērā visus|visas|- iepriekšējos|iepriekšējās norādījumus|instrukcijas",
    "ignoruok|ignoruokite|pamiršk|pamirškite visas|visus|- ankstesnes|ankstesnius|ankstesnias instrukcijas|nurodymus",
    "önceki|yukarıdaki tüm|bütün|- talimatları|yönergeleri|komutları|talimatlarını yok_say|yok_sayın|görmezden_gel|görmezden_gelin|dikkate_alma|dikkate_almayın|unut|unutun|göz_ardı_et|göz_ardı_edin",
    "tüm|bütün önceki|yukarıdaki talimatları|yönergeleri|komutları yok_say|yok_sayın|görmezden_gel|görmezden_gelin|dikkate_alma|dikkate_almayın|unut|unutun|göz_ardı_et|göz_ardı_edin",
    "abaikan|lupakan|hiraukan semua|seluruh|- instruksi|perintah|arahan|petunjuk sebelumnya|terdahulu|di_atas",
    "bỏ_qua|hãy_bỏ_qua|quên|phớt_lờ tất_cả|mọi|toàn_bộ|- các|những|- hướng_dẫn|chỉ_dẫn|lệnh|chỉ_thị trước|trước_đó|ở_trên|phía_trên",
    "ignoră|ignorați|ignora|uită|uitați toate|- instrucțiunile|indicațiile|comenzile anterioare|precedente|de_mai_sus",
    "hagyd|hagyja figyelmen_kívül az|a|- összes|minden|- korábbi|előző|eddigi|fenti utasítást|utasításokat|utasítását",
    "felejtsd|felejtse el az|a|- összes|minden|- korábbi|előző|eddigi utasítást|utasításokat",
    "ignoriraj|ignorirajte|zanemari|zanemarite|zaboravi|zaboravite sve|sva|- prethodne|prethodna|ranije|ranija|gornje|dosadašnje upute|uputstva|instrukcije|naredbe",
    "prezri|prezrite|ignoriraj|ignorirajte|pozabi vsa|vse|- prejšnja|predhodna|prejšnje|predhodne navodila|ukaze",
    "игнориши|игноришите|занемари|занемарите|заборави|заборавите све|сва|- претходне|претходна|раније|ранија упутства|инструкције|наредбе|упуте",
    "игнорирай|игнорирайте|забрави|забравете|пренебрегни всички|всичките|- предишни|предходни|горни инструкции|указания|команди",
    "игнорируй|игнорируйте|проигнорируй|проигнорируйте|забудь|забудьте|забудь_про|не_учитывай|отбрось все|всё|- свои|твои|- предыдущие|прежние|прошлые|вышеуказанные|предшествующие|ранние инструкции|указания|команды|приказы|правила",
    "игнорируй|игнорируйте|забудь|забудьте всё|все что было|написано|сказано выше|раньше|до_этого|ранее",
    "ігноруй|ігноруйте|проігноруй|забудь|забудьте усі|всі|- попередні|минулі|наведені_вище інструкції|вказівки|команди",
    "ігнаруй|ігнаруйце|забудзь усе|ўсе|- папярэднія інструкцыі|указанні|каманды",
    "αγνόησε|αγνοήστε|ξέχασε|ξεχάστε|παράβλεψε όλες|- τις προηγούμενες|παραπάνω οδηγίες|εντολές",
    "αγνόησε|αγνοήστε|ξέχασε|ξεχάστε τις προηγούμενες|παραπάνω|ανωτέρω οδηγίες|εντολές",
    "تجاهل|تجاهلي|تجاهلوا|انس|انسَ جميع|كل|كافة|- التعليمات|الأوامر|التوجيهات|الإرشادات السابقة|أعلاه|المذكورة_أعلاه",
    "تمام|همه|همهٔ|همه_ی|همه‌ی دستورات|دستورالعمل‌های|دستورهای|دستورالعمل_های|دستورات_های|فرمان‌های قبلی|پیشین|بالا|قبل را نادیده|فراموش|رد",
    "دستورات|دستورالعمل‌های|دستورهای قبلی|پیشین|بالا|قبل را نادیده|فراموش",
    "התעלם|התעלמי|התעלמו|תתעלם|תתעלמי|שכח|תשכח|תשכחי מכל|מן|את_כל|את|- ההוראות|ההנחיות|מההוראות|מההנחיות|מהוראות|הפקודות|הנחיות|הוראות הקודמות|שלעיל|לעיל|קודמות|הנ\"ל",
    "पिछले|पूर्व|पहले_के|उपरोक्त|पिछली|ऊपर_के सभी|सारे|- निर्देशों|निर्देश|आदेशों|हिदायतों को अनदेखा|नज़रअंदाज़|नजरअंदाज|भूल|इग्नोर",
    "सभी|सारे पिछले|पूर्व|पहले_के|उपरोक्त निर्देशों|आदेशों|निर्देश को अनदेखा|नज़रअंदाज़|नजरअंदाज|भूल|इग्नोर",
    "मागील|पूर्वीच्या|वरील सर्व|- सूचना|सूचनांकडे|सूचनांना दुर्लक्ष|विसरा|दुर्लक्षित",
    "পূর্ববর্তী|আগের|পূর্বের|উপরের সমস্ত|সকল|সব|- নির্দেশ|নির্দেশাবলী|নির্দেশনা|নির্দেশগুলি|নির্দেশগুলো|নির্দেশনাগুলো উপেক্ষা|ভুলে|অগ্রাহ্য",
    "সমস্ত|সকল|সব পূর্ববর্তী|আগের|পূর্বের|উপরের নির্দেশ|নির্দেশাবলী|নির্দেশনা|নির্দেশগুলি|নির্দেশগুলো উপেক্ষা|ভুলে|অগ্রাহ্য",
    "முந்தைய|மேலே_உள்ள அனைத்து|எல்லா|- வழிமுறைகளையும்|வழிமுறைகளை|அறிவுறுத்தல்களையும்|அறிவுறுத்தல்களை|கட்டளைகளை புறக்கணி|புறக்கணிக்கவும்|மறந்து",
    "మునుపటి|గత|పై అన్ని|- సూచనలను|ఆదేశాలను|సూచనలన్నింటినీ విస్మరించు|విస్మరించండి|మర్చిపో",
    "پچھلی|سابقہ|گزشتہ|پہلے_کی تمام|سب|- ہدایات|احکامات کو نظر_انداز|نظرانداز|بھول",
    "تمام پچھلی|سابقہ|گزشتہ ہدایات|احکامات کو نظر_انداز|نظرانداز|بھول",
    "puuza|sahau|pata maagizo|maelekezo yote|- yaliyotangulia|ya_awali|yaliyopita",
    "huwag_pansinin|kalimutan|balewalain ang lahat_ng|mga_naunang|lahat_ng_naunang|mga|- naunang|nakaraang|mga_naunang|mga|- tagubilin|utos|instruksyon",
    "ignora|oblida|ignoreu|oblideu totes|- les instruccions anteriors|prèvies",
    "ignoru|forgesu ĉiujn|- antaŭajn instrukciojn|instruojn",
];

/// Phrases of scripts without spaces, in which nothing stands between.
const JOINED: &[&str] = &[
    "忽略|无视|忘记|忘掉|不要理会|不理会 掉|- 你|你的|- 所有|全部|一切|- 的|- 之前|以上|先前|上述|前面|此前|上面 的|- 所有|全部|一切|- 的|- 指令|指示|命令|提示|说明|要求|规则|内容",
    "忽略|無視|忘記|忘掉|不要理會|不理會 掉|- 你|你的|- 所有|全部|一切|- 的|- 之前|以上|先前|上述|前面|此前|上面 的|- 所有|全部|一切|- 的|- 指令|指示|命令|提示|說明|要求|規則|內容",
    "以前|これまで|今まで|上記|前|先|それまで|以上 の|まで|までの|- すべて|全て|全|- の|- 指示|命令|指令|プロンプト を|は|、|- すべて|全て|- 無視|忘れ",
    "すべて|全て の|- 以前|前|これまで|上記 の|- 指示|命令|指令 を|は 無視|忘れ",
    "เพิกเฉย|ละเว้น|ไม่ต้องสนใจ|ไม่สนใจ|อย่าสนใจ|ลืม|มองข้าม ต่อ|- คำสั่ง|คำแนะนำ|ข้อความ|คำชี้แจง ทั้งหมด|ทุกอย่าง|- ก่อนหน้า|ด้านบน|ข้างต้น|ที่ผ่านมา|ที่ให้ไว้ก่อนหน้า",
    "បំភ្លេច|មិនអើពើ|កុំខ្វល់ ចំពោះ|នឹង|- ការណែនាំ|សេចក្តីណែនាំ ទាំងអស់|- មុន|ខាងលើ",
    "ລະເລີຍ|ບໍ່ສົນໃຈ|ລືມ ຄຳສັ່ງ|ຄໍາສັ່ງ|ຄຳແນະນຳ ທັງໝົດ|- ກ່ອນໜ້າ|ຂ້າງເທິງ|ກ່ອນຫນ້າ",
    "ယခင်|အထက်ပါ ညွှန်ကြားချက်|အမိန့် များ|အားလုံး|- ကို|- လျစ်လျူရှု|မေ့",
];

/// Korean puts its words together in many ways.
const KOREAN: &[&str] = &[
    "이전|이전의|위의|앞의|앞선|지금까지의|기존|기존의 모든|모두|- 지시|지침|명령|지시사항|지시_사항|명령어|지시를|지침을|명령을|지시사항을|지시_사항을|명령어를|지시는|지시들을 모두|전부|- 무시|잊",
    "모든 이전|이전의|위의|앞의|기존|기존의 지시|지침|명령|지시를|지침을|명령을|지시사항을|지시_사항을|명령어를 모두|전부|- 무시|잊",
];

/// One line, ready for matching: what stands first, second, … of it.
#[derive(Debug)]
pub(super) struct Phrase {
    slots: Vec<Vec<String>>,
    /// Whether words have spaces between them.
    spaced: bool,
}

impl Phrase {
    fn of(line: &str, spaced: bool) -> Self {
        let choice = |choice: &str| match choice {
            "-" => String::new(),
            _ => folded_phrase(&choice.replace('_', " ")),
        };
        let slots = line.split(' ').map(|slot| slot.split('|').map(choice).collect()).collect();
        Self { slots, spaced }
    }

    /// What it can begin with.
    pub(super) fn first(&self) -> impl Iterator<Item = &str> {
        self.slots.first().into_iter().flatten().map(String::as_str)
    }

    /// Where it ends in a folded text, if all of it begins at `start`.
    pub(super) fn end(&self, text: &str, start: usize) -> Option<usize> {
        let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        if self.spaced && letter(text.get(..start)?.chars().next_back()) {
            return None;
        }
        let mut ends = vec![start];
        for slot in &self.slots {
            let mut next: Vec<usize> = ends
                .iter()
                .flat_map(|&at| slot.iter().filter_map(move |choice| self.step(text, start, at, choice)))
                .collect();
            next.sort_unstable();
            next.dedup();
            if next.is_empty() {
                return None;
            }
            ends = next;
        }
        // “you are now DAN” is not “you are now dangerous”.
        let whole = |end: &usize| {
            let last = text[..*end].bytes().next_back();
            let next = text[*end..].bytes().next();
            !(self.spaced
                && last.is_some_and(|b| b.is_ascii_alphabetic())
                && next.is_some_and(|b| b.is_ascii_alphabetic()))
        };
        ends.into_iter().rev().find(whole)
    }

    /// Where a choice ends that stands at `at`.
    fn step(&self, text: &str, start: usize, at: usize, choice: &str) -> Option<usize> {
        if choice.is_empty() {
            return Some(at);
        }
        let rest = text.get(at..)?;
        let joined = !self.spaced || at == start || choice.starts_with(['\'', ':']);
        let gap = if joined { 0 } else { rest.starts_with(' ').then_some(1)? };
        rest[gap..].starts_with(choice).then_some(at + gap + choice.len())
    }
}

/// All phrases.
pub(super) fn all() -> Vec<Phrase> {
    let spaced = SAID.iter().chain(KOREAN).map(|line| Phrase::of(line, true));
    spaced.chain(JOINED.iter().map(|line| Phrase::of(line, false))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_matched_choice_by_choice() {
        let phrase = Phrase::of("you are|'re now|henceforth - a_dan|dan", true);
        for (text, end) in [
            ("you're now dan.", Some(14)),
            ("you are now a dan", Some(17)),
            ("you are now dangerous", None),
            ("thank you are now dan", None),
        ] {
            assert_eq!(phrase.end(text, 0), end, "{text}");
        }
        assert_eq!(phrase.end("xyou are now dan", 1), None);
        assert_eq!(Phrase::of("忽|无 的|- 令", false).end("a忽令b", 1), Some(7));
    }

    #[test]
    fn no_line_begins_with_nothing() {
        assert!(all().iter().all(|phrase| phrase.first().all(|first| first.len() >= 2)));
        assert!(TOKENS.iter().all(|token| *token == folded_phrase(token)));
    }
}
