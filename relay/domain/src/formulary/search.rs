//! Search as people type: Chinese or English words, pinyin initials, ATC. Best match first, at most a screenful.

use super::{Diagnosis, Drug, Formulary};

/// Answers of one search.
const LIMIT: usize = 30;

impl Formulary {
    /// Drugs for what was typed; all of them, up to the limit, for nothing typed.
    pub fn search_drugs(&self, typed: &str) -> Vec<&Drug> {
        let typed = normal(typed);
        best(self.drugs(), |d| {
            rank(&typed, &[&d.name_zh, &d.name_en, &d.pinyin, &d.atc]).map(|r| (r, d.name_zh.clone()))
        })
    }

    /// Diagnoses for what was typed.
    pub fn search_diagnoses(&self, typed: &str) -> Vec<&Diagnosis> {
        let typed = normal(typed);
        best(self.diagnoses(), |d| {
            rank(&typed, &[&d.code, &d.display_zh, &d.display_en, &d.pinyin]).map(|r| (r, d.code.clone()))
        })
    }
}

fn normal(text: &str) -> String {
    text.trim().to_lowercase()
}

fn best<'a, T, K: Ord>(all: impl Iterator<Item = &'a T>, key: impl Fn(&T) -> Option<K>) -> Vec<&'a T> {
    let mut found: Vec<(K, &T)> = all.filter_map(|v| key(v).map(|k| (k, v))).collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found.into_iter().take(LIMIT).map(|(_, v)| v).collect()
}

/// 0 for a field that starts with what was typed, 1 for one that contains it.
fn rank(typed: &str, fields: &[&str]) -> Option<u8> {
    if typed.is_empty() {
        return Some(0);
    }
    let fields = fields.iter().map(|f| f.to_lowercase());
    fields.filter_map(|f| f.find(typed).map(|at| u8::from(at != 0))).min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::pinyin::of_words;

    #[test]
    fn finds_by_chinese_english_initials_and_atc() {
        let f = Formulary::demo().unwrap();
        for typed in ["氨氯地平", "amlod", "aldp", "C08CA01", " 苯磺酸 "] {
            assert_eq!(f.search_drugs(typed)[0].id.0, "amlodipine-5mg", "{typed}");
        }
        assert_eq!(f.search_diagnoses("yfxg")[0].code, "I10");
        assert_eq!(f.search_diagnoses("i10")[0].code, "I10");
        assert!(f.search_drugs("不存在的药").is_empty());
        assert_eq!(f.search_drugs("").len(), LIMIT);
    }

    #[test]
    fn initials_in_the_files_are_those_of_the_names() {
        let f = Formulary::demo().unwrap();
        let drugs = f.drugs().map(|drug| (&drug.name_zh, &drug.pinyin));
        let diagnoses = f.diagnoses().map(|diagnosis| (&diagnosis.display_zh, &diagnosis.pinyin));
        let letters = |initials: &str| initials.replace(|c: char| c.is_ascii_digit(), "");
        let wrong = drugs.chain(diagnoses).filter(|(name, initials)| of_words(name) != letters(initials));
        assert_eq!(wrong.collect::<Vec<_>>(), []);
    }
}
