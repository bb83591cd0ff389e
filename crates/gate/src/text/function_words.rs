//! The small words without which no sentence stands, for the languages we have lists for.

use std::collections::HashSet;
use std::sync::LazyLock;

/// One list a language (ISO 639-1); words that are common in running text and rare in lists.
pub(crate) const LISTS: &[(&str, &str)] = &[
    (
        "en",
        "the be to of and that have with is in for it this on are as you by or from can if an not will which was has at but they when all there been their would what so about into than them other some these its may only",
    ),
    (
        "de",
        "der die das und ist in zu den nicht von mit sich des auf für ein eine dem als auch wird bei oder werden sie es an kann aus wenn einen dass sind einer nach nur wie diese dieser aber noch um im zum zur vom durch hat wurde",
    ),
    (
        "fr",
        "le la les de des et est un une que qui dans pour pas sur plus par avec ce il sont au du ne se en cette ces aux ou si mais être peut son sa leur comme fait tout nous vous elle même aussi sans dont lorsque",
    ),
    (
        "es",
        "el la los las de y que en un una es por con para no se del al lo como más su si este esta son o pero sus le ha puede cuando ser sin sobre también entre muy hay donde desde todo fue cada ya porque",
    ),
    (
        "pt",
        "o a os as de e que em um uma é por com para não se do da no na como mais dos das ao pelo pela são ou mas você seu sua ser pode este esta isso quando também há até foi nos nas já entre sem à",
    ),
    (
        "it",
        "il lo la i gli le di e che in un una è per con non si della del al da come più sono nel alla dei delle questo questa se ma anche dal nella può ha essere o quando cui degli ai loro sua suo tutti stato solo",
    ),
    (
        "nl",
        "de het een en van is in dat op te niet met zijn voor die er aan om ook als bij door wordt worden of naar maar kan deze dit dan uit hebben heeft nog was wel over zou geen moet al meer werd zoals hun",
    ),
    (
        "ca",
        "el la els les de i que en un una és per amb no es del al com més són aquest aquesta si pot però o dels ha seva seu quan també ser aquests sobre entre fins perquè molt tot cada sense hi on ja",
    ),
    (
        "gl",
        "o a os as de e que en un unha é por con para non se do da no na como máis dos das ao pola polo son ou pero ten seu súa ser pode este esta cando tamén ata foi xa entre sen moi",
    ),
    (
        "pl",
        "i w nie na się że z do to jest o jak ale po co tak za od przez dla są może lub oraz jego być jej który która które tego przy tylko można ten te jeśli tym bez już ich został jako gdy również czy",
    ),
    (
        "cs",
        "a v je na se že s to z do o ve jsou jako pro ale za od po nebo který není při také aby která jeho pokud které být jen byl lze mezi může už kde tento tím však ještě podle tak když pod bude",
    ),
    (
        "sk",
        "a v je na sa že s to z do o vo sú ako pre ale za od po alebo ktorý nie pri aj aby ktorá jeho ak ktoré byť len bol možno medzi môže už kde tento tým však ešte podľa tak keď pod bude",
    ),
    (
        "sl",
        "in v je na se da s z do o so kot za pa ali ki ne ni pri tudi to od bi po bo ker če biti lahko le ta še med vse kako kar saj več nad",
    ),
    (
        "hr",
        "i u je na se da s to od do o su kao za ali ili koji nije pri a ne iz te koja po što bi koje ako može samo biti ima nakon kada njegov sve već još ovaj prema kako",
    ),
    (
        "sv",
        "och i att det som en på är av för med till den har inte om ett kan från eller vid de var så men när ska detta denna sin också efter blir där alla inga under finns dess sig än hur måste",
    ),
    (
        "da",
        "og i at det som en på er af for med til den har ikke om et kan fra eller ved de var så men når skal dette denne sin også efter bliver hvor alle ingen under findes sig end hvis blev meget noget være",
    ),
    (
        "nb",
        "og i at det som en på er av for med til den har ikke om et kan fra eller ved de var så men når skal dette denne sin også etter blir hvor alle ingen under finnes seg enn hvis ble mye noe være",
    ),
    (
        "is",
        "og í að það sem er á við til af um en ekki með hann var þetta ef fyrir eru hún þeir vera frá eða ég þú þar hefur hafa svo upp þegar sér ekkert",
    ),
    (
        "fi",
        "ja on ei että se oli hän mutta ovat kun myös joka tai niin kuin ole sen voi jos tämä jotka ne olla mukaan sitä vain ennen sekä voidaan tämän jonka siitä eivät nyt jossa mitä hänen oma",
    ),
    (
        "et",
        "ja on ei et see oli ta aga kui ka või siis mis kes oma selle seda ning üle nad need ole veel nii välja juba saab pole mida kuid siin olema",
    ),
    (
        "hu",
        "a az és hogy nem is egy ez de van meg csak vagy mint ki el volt már ha azt lehet még amely ezt kell akkor be sem fel lesz minden után majd ezek mert olyan így le pedig szerint",
    ),
    (
        "ro",
        "și de la în a nu cu o pe că un este din care mai pentru sau sunt ce se fi dacă prin al ale după fost cel poate acest această când lui ca cele să au fără între doar numai unui",
    ),
    (
        "tr",
        "ve bir bu için de da ile olarak çok daha olan gibi en ne değil kadar ya ki her sonra ise veya o olduğu ancak hem içinde bunu tarafından eğer var yok ben sen mi mı ama olur göre",
    ),
    (
        "id",
        "yang dan di itu dengan untuk tidak ini dari dalam akan pada juga ke adalah atau ada oleh bisa anda dapat saat jika karena lebih sebagai telah seperti kita harus sebuah hanya tersebut bahwa mereka kami saya bila secara",
    ),
    (
        "vi",
        "và của là có được cho không trong một các với những này để khi đã người từ như bạn thì đó nếu trên hoặc cũng vào ra bằng tới về sẽ phải nhiều tôi đến nó việc hay theo",
    ),
    (
        "sq",
        "dhe në të e i për me një nga që është më nuk si se u do ka kjo ky por janë ose edhe duke mund kur këtë tij saj",
    ),
    (
        "lt",
        "ir yra kad į iš su ne kaip tai bet per arba nuo dėl prie po jis buvo jo jei tik gali šis būti jų apie kurie kai dar",
    ),
    (
        "lv",
        "un ir ka no ar uz par kas lai bet vai kā to tas nav bija pie pēc tikai vairāk šis ja būt jau var tiek kad līdz",
    ),
    (
        "eu",
        "eta da ez bat du ere izan dira duen egin baina zen hau edo baino beste den dute bere horrek hori egiten dago nola oso",
    ),
    (
        "sw",
        "na ya wa kwa ni katika za la kuwa hii hiyo kama lakini au watu yake sana pia cha hilo huo mtu baada hivyo wake",
    ),
    (
        "tl",
        "ang ng sa na mga ay at hindi ito para may siya ko mo kung ni nang ako lang naman pero rin kay nila isang",
    ),
    ("eo", "la kaj de estas en ne al ke por kun mi vi li sed ĝi pli tiu ĉi aŭ se kiu oni el pri tio povas"),
    (
        "af",
        "die en van is in het nie dat met vir wat op te sy om ook as by wees word deur maar kan hierdie sal uit nog daar was",
    ),
    (
        "ru",
        "и в не на что с по это как к но из у за от для то так же или о при его если он она они быть может был только бы который мы вы есть все этот чтобы уже когда можно",
    ),
    (
        "uk",
        "і в не на що з до та як це за від для але або про у його є по якщо він вона вони бути може був тільки який ми ви всі цей щоб вже коли можна із при також й",
    ),
    (
        "be",
        "і ў не на што з да гэта як за ад для але або пра у яго ён яна яны быць можа быў толькі які мы вы усе каб ужо калі пры таксама",
    ),
    (
        "bg",
        "и в не на че с по това как към но от за до или при са се да е ако той тя те бъде може беше само който ние вие има всички този когато като още",
    ),
    (
        "sr",
        "и у је на се да с то од до о су као за али или који није при а не из те која по што би које ако може само бити има када све још овај према",
    ),
    (
        "mk",
        "и во не на дека со по ова како кон но од за до или при се да е ако тој таа тие биде може беше само кој што ние има сите овој кога уште",
    ),
    (
        "el",
        "και το η ο να την του της με για που είναι από στο θα σε οι δεν τα τον στην ένα μια αν ή αυτό των στη κάθε όταν τη ως μόνο μπορεί έχει αλλά στα μπορείτε τις",
    ),
    (
        "ar",
        "في من على أن إلى هذا هذه لا ما التي الذي عن مع هو هي كان أو قد لم كل بعد بين ذلك إذا كما ثم يمكن حيث عند غير أي",
    ),
    (
        "fa",
        "در به از که این را با است برای آن یک می شود خود تا بر هم نیز یا هر شما شده اگر ها کرد اما باید آنها چه بود کند",
    ),
    ("ur", "کے میں کی ہے اور سے کا کو اس نے پر ہیں یہ کہ ایک بھی نہیں تھا تو جو کیا گیا وہ ہو کر لیے تھے آپ"),
    (
        "he",
        "של את על לא הוא זה עם כי גם או אם היא יש כל אני היה מה בין רק אין כך יותר אשר לפי אבל להיות זו הם",
    ),
    ("hi", "के में की है और से का को इस ने पर हैं यह कि एक भी नहीं था तो जो किया गया वह हो कर लिए थे आप"),
];

/// Whether a lower-case word is in one of the lists.
pub(crate) fn is_small(word: &str) -> bool {
    static ALL: LazyLock<HashSet<&str>> =
        LazyLock::new(|| LISTS.iter().flat_map(|(_, list)| list.split(' ')).collect());
    ALL.contains(word)
}

/// Neighbouring letters strange to each other, of 1,000, from which on a text of Latin script
/// is in a language without a list.
const UNLISTED: u64 = 80;
/// The same share of letters that no listed language has, and of letters with marks.
const FOREIGN: u64 = 10;
const MARKED: u64 = 120;
/// Enough of them for a sentence in a listed language.
const ENOUGH: u64 = 4;
/// Han characters without which no Chinese text stands, of any age.
const HAN: &str =
    "的一是不了在有人我他这這中大来來上为為和之以也而其个個于於就到要可你们們子说說时時无無所者";
/// Han characters needed for saying so.
const LEAST_HAN: usize = 100;

/// How many different function words of the best-fitting language there are; none when
/// an eighth of the letters is of a script without a list, or the text is in a language that
/// has none.
pub(crate) fn best(words: &[String]) -> Option<u64> {
    let chars = || words.iter().flat_map(|word| word.chars());
    if let Some(found) = han(words) {
        return Some(found);
    }
    let listed = chars().filter(|&c| is_listed(c)).count();
    let letters = chars().filter(|c| c.is_alphabetic()).count();
    if listed * 8 <= letters * 7 {
        return None;
    }
    let present: HashSet<&str> = words.iter().map(String::as_str).collect();
    let found = |list: &str| list.split(' ').filter(|word| present.contains(word)).count() as u64;
    let best = LISTS.iter().map(|(_, list)| found(list)).max()?;
    (best >= ENOUGH || !is_unlisted(words)).then_some(best)
}

/// Whether the letters are those of a language without a list: they follow each other in
/// ways, or have forms and marks, that the listed ones do not.
fn is_unlisted(words: &[String]) -> bool {
    let letters = || words.iter().flat_map(|word| word.chars()).filter(|c| c.is_alphabetic());
    let all = letters().count() as u64;
    let foreign = letters().filter(|&c| is_foreign(c)).count() as u64;
    let marked = words.iter().flat_map(|word| word.chars()).filter(|&c| is_marked(c)).count() as u64;
    super::letters::strange(words).is_some_and(|strange| strange >= UNLISTED)
        || foreign * 1000 >= all * FOREIGN
        || marked * 1000 >= all * MARKED
}

/// Letters of the listed scripts that no listed language has.
fn is_foreign(c: char) -> bool {
    match c {
        '\u{400}'..='\u{52f}' => !matches!(c, 'а'..='я' | 'ѐ'..='џ' | 'ґ'),
        '\u{600}'..='\u{6ff}' => !matches!(
            c,
            'ء'..='ي'
                | 'پ'
                | 'چ'
                | 'ژ'
                | 'گ'
                | 'ک'
                | 'ی'
                | 'ٹ'
                | 'ڈ'
                | 'ڑ'
                | 'ں'
                | 'ہ'
                | 'ھ'
                | 'ے'
                | 'ۓ'
                | 'ۂ'
                | 'ۃ'
        ),
        'ɓ'..='ʯ' => true,
        _ => false,
    }
}

/// Latin letters with marks.
fn is_marked(c: char) -> bool {
    matches!(c, 'à'..='ÿ' | '\u{100}'..='\u{24f}' | '\u{300}'..='\u{36f}' | '\u{1e00}'..='\u{1eff}')
}

/// The small characters of a Chinese text; none for another one.
fn han(words: &[String]) -> Option<u64> {
    let chars = || words.iter().flat_map(|word| word.chars());
    let is_han =
        |c: char| matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{323af}');
    let count = chars().filter(|&c| is_han(c)).count();
    let letters = chars().filter(|c| c.is_alphabetic()).count();
    let kana = chars().any(|c| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{ac00}'..='\u{d7a3}'));
    if kana || count < LEAST_HAN || count * 8 <= letters * 7 {
        return None;
    }
    let present: HashSet<char> = chars().filter(|&c| is_han(c)).collect();
    Some(HAN.chars().filter(|c| present.contains(c)).count() as u64)
}

/// Letters of the scripts with lists: Latin, Greek, Cyrillic, Hebrew, Arabic, Devanagari.
fn is_listed(c: char) -> bool {
    c.is_alphabetic()
        && matches!(c, '\0'..='\u{52f}' | '\u{590}'..='\u{6ff}' | '\u{900}'..='\u{97f}' | '\u{1e00}'..='\u{1fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str) -> Option<u64> {
        let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
        best(&words)
    }

    #[test]
    fn sentences_have_them_and_lists_of_words_do_not() {
        assert!(count("The cat is on the mat and it sleeps").unwrap() >= 5);
        assert!(count("Die Katze ist auf der Matte und schläft").unwrap() >= 4);
        assert!(count("Кошка сидит на ковре и не спит, как собака").unwrap() >= 4);
        assert_eq!(count("banana gravel tractor pillow seventeen cardboard"), Some(0));
    }

    #[test]
    fn languages_without_a_list_are_not_judged() {
        for text in [
            "Umfula uqala emagqumeni angemuva kwedolobha ugeleza izinsuku ezimbili ngaphambi kokuba ufike olwandle olungekude kakhulu kodwa olubandayo ekuseni",
            "Өзен қала сыртындағы төбелерден басталып теңізге жеткенше екі күн ағады әрі суы өте салқын болады",
            "ڕووبارەکە لە گردەکانی پشت شارەوە سەرچاوە دەگرێت و دوو ڕۆژ دەڕوات",
        ] {
            assert_eq!(count(text), None, "{text}");
        }
        let salad =
            "gravel tractor pillow cardboard window garden copper lantern basket market silver butter "
                .repeat(4);
        assert_eq!(count(&salad), Some(0));
    }

    #[test]
    fn chinese_at_random_has_no_small_characters() {
        let honest = "这条河发源于小镇后面的山丘，流淌两天才到达大海。大海离这里并不远，但是水很冷，春天的时候人们把船停在岸上等待五月。".repeat(3);
        let random: String =
            (0..200_u32).filter_map(|i| char::from_u32(0x4f00 + i * 7919 % 20_000)).collect();
        assert!(count(&honest).unwrap() >= 8);
        assert!(count(&random).unwrap() <= 1, "{:?}", count(&random));
    }

    #[test]
    fn scripts_without_a_list_are_not_judged() {
        assert_eq!(count("猫はマットの上に座っている"), None);
        assert_eq!(count(""), None);
    }
}
