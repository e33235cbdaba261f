//! Texts that people type: bounded, without characters that hide or reorder others. Real names keep rare characters as they are typed.

/// Characters of a name; the longest real ones, of several given names with interpuncts, stay well below.
pub const NAME_CHARS: usize = 50;

/// Why a text is not taken. The text itself is never repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but space.
    #[error("Please fill this in")]
    Empty,
    /// Longer than its field.
    #[error("At most {0} characters")]
    TooLong(usize),
    /// Reorders or hides what stands beside it.
    #[error("Contains invisible characters or marks that reverse the direction of writing; type it again")]
    Hidden,
    /// A line break where there is one line, or another control character.
    #[error("Contains control characters; type it again")]
    Control,
    /// No letter of a name.
    #[error("A name has letters, spaces, hyphens and interpuncts only")]
    NoName,
    /// No telephone number.
    #[error("A telephone number has 5 to 20 digits, spaces, hyphens, brackets and a leading +")]
    NoPhone,
}

impl TextError {
    /// The same in Chinese.
    pub fn zh(self) -> String {
        match self {
            Self::Empty => "请填写".to_owned(),
            Self::TooLong(most) => format!("最多 {most} 个字"),
            Self::Hidden => "含有不可见或改变文字方向的字符，请重新输入".to_owned(),
            Self::Control => "含有控制字符，请重新输入".to_owned(),
            Self::NoName => "姓名只能含文字、空格、连字符和间隔号".to_owned(),
            Self::NoPhone => "电话应为 5 至 20 位数字，可含空格、连字符、括号和开头的 +".to_owned(),
        }
    }
}

/// One line of text within its bound, without space around it.
pub fn line(text: &str, most: usize) -> Result<String, TextError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(TextError::Empty);
    }
    if text.chars().any(is_hidden) {
        return Err(TextError::Hidden);
    }
    if text.chars().any(char::is_control) {
        return Err(TextError::Control);
    }
    if text.chars().count() > most {
        return Err(TextError::TooLong(most));
    }
    Ok(text.to_owned())
}

/// Words of several lines within their bound, as typed: a note, a reason. They may be empty. A joiner stays where it joins: in an emoji of several (a family) and
/// inside a word of a script that is written with it (Uyghur, Persian, Hindi); anywhere else it hides.
pub fn lines(text: &str, most: usize) -> Result<(), TextError> {
    if hides(text) {
        return Err(TextError::Hidden);
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(TextError::Control);
    }
    if text.chars().count() > most { Err(TextError::TooLong(most)) } else { Ok(()) }
}

/// The same, where nothing may be said.
pub fn optional_line(text: &str, most: usize) -> Result<String, TextError> {
    if text.trim().is_empty() { Ok(String::new()) } else { line(text, most) }
}

/// A person's real name.
pub fn name(text: &str) -> Result<String, TextError> {
    let name = line(text, NAME_CHARS)?;
    let joins = |c: char| matches!(c, ' ' | '-' | '\'' | '’' | '.' | '·' | '‧' | '・' | '•');
    let starts = name.chars().next().is_some_and(char::is_alphabetic);
    if !starts || !name.chars().all(|c| c.is_alphabetic() || joins(c)) {
        return Err(TextError::NoName);
    }
    Ok(name)
}

/// A telephone number, as written.
pub fn phone(text: &str) -> Result<String, TextError> {
    let phone = line(text, 40)?;
    let rest = phone.strip_prefix('+').unwrap_or(&phone);
    let digits = rest.chars().filter(char::is_ascii_digit).count();
    let legal = rest.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '(' | ')'));
    if legal && (5..=20).contains(&digits) { Ok(phone) } else { Err(TextError::NoPhone) }
}

/// Marks of writing direction, joiners and other characters without a shape of their own.
const fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Does a character hide or reorder what stands beside it?
fn hides(text: &str) -> bool {
    let mut before: Vec<char> = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if is_hidden(c) && !joins(&before, c, chars.peek().copied()) {
            return true;
        }
        before.push(c);
    }
    false
}

/// Is it a joiner between two characters that need it?
fn joins(before: &[char], c: char, after: Option<char>) -> bool {
    let (Some(last), Some(next)) = (before.last().copied(), after) else { return false };
    match c {
        ZWJ if is_pictograph(next) => {
            let shown = |c: &&char| **c != EMOJI_STYLE && !is_skin_tone(**c);
            before.iter().rev().find(shown).is_some_and(|c| is_pictograph(*c))
        }
        ZWJ | ZWNJ => joining_script(last).is_some_and(|script| joining_script(next) == Some(script)),
        _ => false,
    }
}

/// Joins what stands on both sides.
const ZWJ: char = '\u{200d}';
/// Keeps apart what would be joined.
const ZWNJ: char = '\u{200c}';
/// "As a picture", after a character that is one also as text.
const EMOJI_STYLE: char = '\u{fe0f}';

const fn is_skin_tone(c: char) -> bool {
    matches!(c, '\u{1f3fb}'..='\u{1f3ff}')
}

/// The blocks of which emoji are put together.
const fn is_pictograph(c: char) -> bool {
    let in_blocks = matches!(c,
        '\u{2194}' | '\u{2195}' | '\u{2600}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}');
    in_blocks && !is_skin_tone(c)
}

/// The script of a letter or mark, where its words are written with joiners.
const fn joining_script(c: char) -> Option<&'static str> {
    match c {
        '\u{0620}'..='\u{065f}' | '\u{066e}'..='\u{06ff}' | '\u{0750}'..='\u{077f}' | '\u{08a0}'..='\u{08ff}' => {
            Some("arabic")
        }
        '\u{0710}'..='\u{074f}' => Some("syriac"),
        '\u{0900}'..='\u{097f}' => Some("devanagari"),
        '\u{0980}'..='\u{09ff}' => Some("bengali"),
        '\u{0a00}'..='\u{0a7f}' => Some("gurmukhi"),
        '\u{0a80}'..='\u{0aff}' => Some("gujarati"),
        '\u{0b00}'..='\u{0b7f}' => Some("oriya"),
        '\u{0b80}'..='\u{0bff}' => Some("tamil"),
        '\u{0c00}'..='\u{0c7f}' => Some("telugu"),
        '\u{0c80}'..='\u{0cff}' => Some("kannada"),
        '\u{0d00}'..='\u{0d7f}' => Some("malayalam"),
        '\u{0d80}'..='\u{0dff}' => Some("sinhala"),
        '\u{1820}'..='\u{18aa}' => Some("mongolian"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_have_lines_and_no_marks_that_turn_them_round() {
        assert_eq!(lines("昨夜睡得好。\n\t今晨血压 128/76", 40), Ok(()));
        assert_eq!(lines("", 40), Ok(()));
        assert_eq!(lines("无过敏\u{202e}敏过", 40), Err(TextError::Hidden));
        assert_eq!(lines("a\u{0}b", 40), Err(TextError::Control));
        assert_eq!(lines("睡得好", 2), Err(TextError::TooLong(2)));
    }

    #[test]
    fn a_joiner_stays_where_it_joins_and_is_refused_where_it_hides() {
        for whole in [
            "女儿一家来看望👨\u{200d}👩\u{200d}👧\u{200d}👦，心情好",
            "👩🏽\u{200d}⚕\u{fe0f} 查房",
            "❤\u{fe0f}\u{200d}🔥",
            "می\u{200c}خواهم",
            "क्\u{200d}ष",
        ] {
            assert_eq!(lines(whole, 60), Ok(()), "{whole:?}");
        }
        for hiding in [
            "无\u{200d}过敏",
            "a\u{200c}b",
            "\u{200d}👧",
            "👧\u{200d}",
            "👧\u{200d}\u{200d}👦",
            "👧\u{200c}👦",
            "می\u{200c}न",
            "👧\u{200d}\u{202e}👦",
            "🏴\u{e0067}\u{e007f}",
        ] {
            assert_eq!(lines(hiding, 60), Err(TextError::Hidden), "{hiding:?}");
        }
        // A name, a bed, a batch is compared with others: what cannot be seen in it stays refused.
        assert_eq!(line("👨\u{200d}👩", 60), Err(TextError::Hidden));
    }

    const CLEAN: &str = "[a-z王秀英，。 \n👧👦❤\u{fe0f}میक्ष]{0,12}";

    proptest::proptest! {
        #[test]
        fn no_mark_that_hides_or_turns_passes_wherever_it_stands(
            before in CLEAN, after in CLEAN, mark in "[\u{ad}\u{61c}\u{200b}\u{200e}\u{200f}\u{202a}-\u{202e}\u{2060}-\u{2069}\u{feff}\u{e0001}]",
        ) {
            proptest::prop_assert_eq!(lines(&format!("{before}{mark}{after}"), 99), Err(TextError::Hidden));
        }

        #[test]
        fn every_joiner_that_passes_has_on_both_sides_what_it_joins(text in "[ab王👧👦\u{1f3fd}\u{fe0f}\u{200c}\u{200d}میक्]{0,16}") {
            if lines(&text, 99).is_ok() {
                let all: Vec<char> = text.chars().collect();
                for (at, c) in all.iter().enumerate().filter(|(_, c)| matches!(**c, ZWJ | ZWNJ)) {
                    proptest::prop_assert!(at > 0 && at + 1 < all.len(), "{text:?}");
                    for beside in [all[at - 1], all[at + 1]] {
                        let seen = !is_hidden(beside) && !beside.is_ascii() && beside != '王';
                        proptest::prop_assert!(seen, "{c:?} in {text:?}");
                    }
                }
            }
        }

        #[test]
        fn a_family_passes_in_any_clean_text(before in CLEAN, after in CLEAN) {
            proptest::prop_assert_eq!(lines(&format!("{before}👨\u{200d}👩\u{200d}👧{after}"), 99), Ok(()));
        }
    }

    #[test]
    fn names_of_every_script_and_rare_characters_are_kept_as_typed() {
        for real in ["王秀英", "𠮷田𠮷", "㛃", "买买提·吐尔逊", "欧阳 娜娜", "Anne-Marie O'Neill", "阿迪力‧阿不都"]
        {
            assert_eq!(name(real).as_deref(), Ok(real));
        }
        assert_eq!(name("  王秀英 ").as_deref(), Ok("王秀英"));
    }

    #[test]
    fn what_is_no_name_is_refused_with_its_cause() {
        let long = "王".repeat(300);
        for (text, why) in [
            ("", TextError::Empty),
            (" \u{3000}", TextError::Empty),
            (long.as_str(), TextError::TooLong(NAME_CHARS)),
            ("王\u{202e}秀英", TextError::Hidden),
            ("王\u{200f}秀英", TextError::Hidden),
            ("王\u{200b}秀英", TextError::Hidden),
            ("王\u{2066}秀英", TextError::Hidden),
            ("王\n秀英", TextError::Control),
            ("王\u{0}", TextError::Control),
            ("王3", TextError::NoName),
            ("·王", TextError::NoName),
            ("<b>王</b>", TextError::NoName),
        ] {
            assert_eq!(name(text), Err(why), "{text:?}");
            assert!(!why.zh().is_ascii() && why.to_string().is_ascii());
        }
    }

    #[test]
    fn telephone_numbers() {
        for good in ["138-0571-0001", "+86 571 8888 8888", "(0571) 5550101", "12345"] {
            assert_eq!(phone(good).as_deref(), Ok(good));
        }
        for bad in ["1234", "++8612345", "138x0571", "123456789012345678901"] {
            assert_eq!(phone(bad), Err(TextError::NoPhone), "{bad}");
        }
    }
}
