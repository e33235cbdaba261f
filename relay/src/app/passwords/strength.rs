//! Whether a new password is taken: long enough, short enough to be hashed, and not among those that are tried first. `zxcvbn` knows common passwords, words, names,
//! keyboards and dates, and is told what can be read of the person; nothing is asked of the world outside. Pages show this judgement and make none of their own.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yunzhen_domain::records::Staff;
use yunzhen_domain::registry::pinyin;
use zxcvbn::{Score, zxcvbn};

/// The longest password.
pub const MOST_CHARS: usize = 128;

/// What a new password is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// Fewer characters than the policy asks for.
    TooShort,
    /// More than 128 characters.
    TooLong,
    /// It is used by many, or can be guessed from the person's name, user name or place of work.
    Guessable,
    /// Good enough.
    Good,
    /// Better than that.
    Strong,
}

impl Strength {
    /// Whether it is taken.
    pub const fn is_taken(self) -> bool {
        matches!(self, Self::Good | Self::Strong)
    }

    /// Why it is not, in Chinese and English; a word of praise where it is.
    pub fn words(self, least: u32) -> (String, String) {
        let pair = |zh: &str, en: &str| (zh.to_owned(), en.to_owned());
        match self {
            Self::TooShort => {
                (format!("密码至少 {least} 个字符"), format!("A password needs at least {least} characters"))
            }
            Self::TooLong => {
                (format!("密码最多 {MOST_CHARS} 个字符"), format!("A password has at most {MOST_CHARS} characters"))
            }
            Self::Guessable => pair(
                "这个密码太常见，或能从姓名、用户名、单位猜到。请换一个，例如几个不相关的词",
                "It is too common, or can be guessed from name, user name or place of work; take another one, such as some words that have nothing to do with each other",
            ),
            Self::Good => pair("可以使用", "Good"),
            Self::Strong => pair("很好", "Very good"),
        }
    }
}

/// What whoever knows the person tries first.
pub fn guesses(member: &Staff, places: &[String]) -> Vec<String> {
    let mut guesses = vec![member.username.clone(), member.name.clone(), pinyin::letters(&member.name)];
    guesses.extend(member.username.split(|c: char| !c.is_alphanumeric()).map(str::to_owned));
    guesses.extend(member.name.split_whitespace().map(str::to_owned));
    // The given name without the family's.
    guesses.push(pinyin::letters(&member.name.chars().skip(1).collect::<String>()));
    for place in member.hospital.iter().chain(&member.licence).chain(places) {
        guesses.extend([place.clone(), pinyin::letters(place), pinyin::initials(place)]);
    }
    guesses.retain(|guess| guess.chars().count() > 1);
    guesses
}

/// Judges a new password. The work grows with its length, which is looked at first.
pub fn judge(password: &str, guesses: &[String], least: u32) -> Strength {
    let chars = password.chars().count();
    if chars > MOST_CHARS {
        return Strength::TooLong;
    }
    if chars < usize::try_from(least).unwrap_or(MOST_CHARS) {
        return Strength::TooShort;
    }
    let guesses: Vec<&str> = guesses.iter().map(String::as_str).collect();
    match zxcvbn(password, &guesses).score() {
        Score::Four => Strength::Strong,
        Score::Three => Strength::Good,
        _ => Strength::Guessable,
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use yunzhen_domain::Role;
    use yunzhen_domain::ids::StaffId;

    use super::*;

    fn wang() -> Staff {
        Staff {
            id: StaffId::new(Timestamp::UNIX_EPOCH, [1; 10]),
            version: 1,
            username: "wang.xiaoming".into(),
            name: "王小明".into(),
            role: Role::Specialist,
            home_id: None,
            pharmacy_id: None,
            hospital: Some("云溪市第一人民医院".into()),
            licence: None,
            title: None,
            practising_since: None,
            active: true,
        }
    }

    #[test]
    fn what_is_short_long_common_or_the_person_s_own_is_not_taken() {
        let own = guesses(&wang(), &["松鹤养老院".into()]);
        for (password, strength) in [
            ("", Strength::TooShort),
            ("x7#Kq2!mVz9", Strength::TooShort),
            ("password1234", Strength::Guessable),
            ("qwertyuiop12", Strength::Guessable),
            ("aaaaaaaaaaaaaaaa", Strength::Guessable),
            ("wangxiaoming1", Strength::Guessable),
            ("xiaomingwang", Strength::Guessable),
            ("wang.xiaoming", Strength::Guessable),
            ("slow green lantern walks", Strength::Strong),
        ] {
            assert_eq!(judge(password, &own, 12), strength, "{password}");
        }
        assert_eq!(judge("wangxiaoming1", &[], 12), Strength::Strong, "it is the person that makes it easy");
    }

    #[test]
    fn characters_count_and_not_bytes() {
        let long: String = "路漫漫其修远兮吾将上下而求索".chars().cycle().take(MOST_CHARS).collect();
        assert!(judge(&long, &[], 12) != Strength::TooLong && long.len() > 300);
        assert_eq!(judge(&format!("{long}x"), &[], 12), Strength::TooLong);
        assert_eq!(judge("路漫漫其修远兮吾将上", &[], 12), Strength::TooShort);
        assert_eq!(judge("路漫漫其修远兮吾将上下而求", &[], 12), Strength::Strong);
    }
}
