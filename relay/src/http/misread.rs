//! What serde says of a body or a query that it cannot read, in the words of both languages: its own are English and for programmers.
//!
//! Told apart by the beginnings that serde and serde_json give all their messages (a test reads real ones); what begins otherwise is the word of one of
//! our own types, which English readers get as it is.

/// Chinese, English.
type Pair = (String, String);

/// The words for one message of serde, without its line and column.
pub(super) fn words(message: &str) -> Pair {
    let message = message.split_once(" at line ").map_or(message, |(what, _)| what);
    if let Some(rest) = message.strip_prefix("missing field ") {
        let name = quoted(rest);
        return (format!("缺少“{name}”"), format!("`{name}` is missing"));
    }
    if let Some(rest) = message.strip_prefix("unknown field ") {
        let name = quoted(rest);
        return (format!("没有“{name}”这一项"), format!("There is no `{name}`"));
    }
    if let Some(rest) = message.strip_prefix("unknown variant ") {
        let known: Vec<&str> = rest.split('`').skip(3).step_by(2).collect();
        return (format!("取值须为以下之一：{}", known.join("、")), format!("It must be one of: {}", known.join(", ")));
    }
    if let Some(rest) = message.strip_prefix("duplicate field ") {
        let name = quoted(rest);
        return (format!("“{name}”出现了两次"), format!("`{name}` is there twice"));
    }
    if message.starts_with("invalid ")
        && let Some((_, expected)) = message.rsplit_once("expected ")
    {
        let (zh, en) = kind(expected);
        return (format!("此处须为{zh}"), format!("This must be {en}"));
    }
    ("内容或格式不对".to_owned(), message.to_owned())
}

/// The name between the first two back quotes.
fn quoted(text: &str) -> &str {
    text.split('`').nth(1).unwrap_or(text)
}

/// What serde expected.
fn kind(expected: &str) -> (&'static str, String) {
    let en = |text: &str| text.to_owned();
    match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" => {
            ("不小于 0 且不过大的整数", en("a whole number, not negative and not too large"))
        }
        "i8" | "i16" | "i32" | "i64" => ("不过大的整数", en("a whole number that is not too large")),
        "f32" | "f64" => ("数字", en("a number")),
        "a boolean" => ("“是”或“否”（true 或 false）", en("true or false")),
        "a string" | "string" => ("文字", en("text")),
        "a sequence" => ("列表", en("a list")),
        other if other.starts_with("a UUID") || other.contains("uuid") => ("有效的编号", en("an identifier")),
        other if other.starts_with("struct ") || other.starts_with("a map") => ("由各项组成的内容", en("an object")),
        other => ("其他类型的内容", other.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::words;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read into")]
    struct Body {
        text: String,
        days: u8,
        dose: f64,
        urgent: bool,
        items: Vec<u32>,
        kind: Kind,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Kind {
        Nursing,
        Complaint,
    }

    #[test]
    fn every_message_of_serde_has_words_in_both_languages() {
        let good = r#"{"text":"x","days":1,"dose":1.5,"urgent":true,"items":[1],"kind":"nursing"}"#;
        serde_json::from_str::<Body>(good).unwrap();
        let cases = [
            (r#""text":"x","#, "", "缺少“text”", "`text` is missing"),
            (
                r#""days":1"#,
                r#""days":-1"#,
                "此处须为不小于 0 且不过大的整数",
                "This must be a whole number, not negative and not too large",
            ),
            (
                r#""days":1"#,
                r#""days":300"#,
                "此处须为不小于 0 且不过大的整数",
                "This must be a whole number, not negative and not too large",
            ),
            (
                r#""days":1"#,
                r#""days":"1""#,
                "此处须为不小于 0 且不过大的整数",
                "This must be a whole number, not negative and not too large",
            ),
            (r#""dose":1.5"#, r#""dose":null"#, "此处须为数字", "This must be a number"),
            (r#""urgent":true"#, r#""urgent":1"#, "此处须为“是”或“否”（true 或 false）", "This must be true or false"),
            (r#""items":[1]"#, r#""items":1"#, "此处须为列表", "This must be a list"),
            (r#""text":"x""#, r#""text":["x"]"#, "此处须为文字", "This must be text"),
            (
                r#""kind":"nursing""#,
                r#""kind":"x""#,
                "取值须为以下之一：nursing、complaint",
                "It must be one of: nursing, complaint",
            ),
            (r#""days":1"#, r#""days":1,"colour":1"#, "没有“colour”这一项", "There is no `colour`"),
            (r#""days":1"#, r#""days":1,"days":1"#, "“days”出现了两次", "`days` is there twice"),
        ];
        for (part, by, zh, en) in cases {
            let error = serde_json::from_str::<Body>(&good.replace(part, by)).unwrap_err();
            assert_eq!(words(&error.to_string()), (zh.to_owned(), en.to_owned()), "{error}");
        }
    }

    #[test]
    fn the_word_of_a_type_of_ours_is_english_only_for_who_reads_english() {
        let (zh, en) = words("a dose has at most three decimals at line 1 column 9");
        assert_eq!((zh.as_str(), en.as_str()), ("内容或格式不对", "a dose has at most three decimals"));
    }
}
