//! Initials of a name for search: readings of the `pinyin` crate, and surnames that are read otherwise than their character usually is.
//! What has no known reading adds nothing; a person can type the initials instead.

use pinyin::ToPinyin as _;

/// Surnames whose initial is not that of the usual reading, two characters first.
#[rustfmt::skip]
const SURNAMES: &[(&str, &str)] = &[
    ("尉迟", "yc"), ("长孙", "zs"), ("单于", "cy"), ("万俟", "mq"), ("澹台", "tt"),
    ("单", "s"), ("仇", "q"), ("解", "x"), ("区", "o"), ("朴", "p"), ("查", "z"), ("曾", "z"), ("乐", "y"), ("种", "c"),
    ("缪", "m"), ("翟", "z"), ("覃", "q"), ("员", "y"), ("召", "s"), ("秘", "b"), ("折", "s"), ("黑", "h"), ("盖", "g"),
    ("都", "d"), ("洗", "x"), ("冼", "x"), ("逄", "p"), ("薄", "b"), ("石", "s"), ("重", "c"), ("晟", "c"), ("祭", "z"),
];

/// `wxy` for 王秀英, `zxx` for 曾小贤, `on` for O'Neill is not attempted: letters of other scripts give the first of each word.
pub fn initials(name: &str) -> String {
    let mut initials = String::new();
    let rest = match SURNAMES.iter().find(|(surname, _)| name.starts_with(surname)) {
        Some((surname, read)) => {
            initials.push_str(read);
            &name[surname.len()..]
        }
        None => name,
    };
    initials.push_str(&of_words(rest));
    initials.truncate(20);
    initials
}

/// A name as people type it on a plain keyboard, whole words: `wangxiuying` for 王秀英; what has no reading is left out.
pub fn letters(name: &str) -> String {
    name.chars().filter_map(|c| c.to_pinyin()).map(|reading| reading.plain()).collect()
}

/// Of words that are no name: `bhsaldpp` for 苯磺酸氨氯地平片.
pub fn of_words(words: &str) -> String {
    let mut initials = String::new();
    let mut at_word = true;
    for c in words.chars() {
        if let Some(reading) = c.to_pinyin() {
            initials.extend(reading.first_letter().chars().map(plain));
            at_word = true;
        } else if c.is_ascii_alphabetic() {
            if at_word {
                initials.push(c.to_ascii_lowercase());
            }
            at_word = false;
        } else {
            at_word = true;
        }
    }
    initials
}

/// Initials are searched as typed on a plain keyboard.
const fn plain(c: char) -> char {
    match c {
        'ā' | 'á' | 'ǎ' | 'à' => 'a',
        'ē' | 'é' | 'ě' | 'è' | 'ê' => 'e',
        'ō' | 'ó' | 'ǒ' | 'ò' => 'o',
        'ń' | 'ň' | 'ǹ' => 'n',
        'ḿ' => 'm',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn names_as_people_type_them() {
        for (name, expected) in [
            ("王秀英", "wxy"),
            ("欧阳娜娜", "oynn"),
            ("曾国藩", "zgf"),
            ("单田芳", "stf"),
            ("仇英", "qy"),
            ("尉迟恭", "ycg"),
            ("买买提·吐尔逊", "mmttex"),
            ("㛃", "j"),
            ("Anne-Marie", "am"),
            ("", ""),
        ] {
            assert_eq!(initials(name), expected, "{name}");
        }
        assert!(initials("𠮷田").ends_with('t'), "a character without a reading hides no other");
    }
}
