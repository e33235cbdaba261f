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

/// Words of several lines within their bound, as typed: a note, a reason. They may be empty.
pub fn lines(text: &str, most: usize) -> Result<(), TextError> {
    if text.chars().any(is_hidden) {
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
