//! How the buttons stand, for the nurse's page and the log: what is wrong, and what to do.

use super::source::{Condition, Device};

/// One sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Condition {
    /// Its name for the page.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Listening => "listening",
            Self::Missing => "missing",
            Self::NotPermitted => "not_permitted",
            Self::Busy => "busy",
            Self::Failed => "failed",
            Self::Simulated => "simulated",
        }
    }

    /// Whether a press would be heard; while it starts, nobody is told otherwise.
    pub const fn works(self) -> bool {
        matches!(self, Self::Starting | Self::Listening | Self::Simulated)
    }
}

/// The sentence for a device; without one the box has no buttons.
pub fn words(device: Option<&Device>) -> Words {
    let Some(Device { input, condition }) = device else {
        return Words {
            zh: "本机没有连接床旁呼叫按钮".to_owned(),
            en: "No bedside buttons are connected to this box".to_owned(),
        };
    };
    let look_zh = "在恢复之前请多巡视床位";
    let look_en = "look after the beds until it is back";
    let (zh, en) = match condition {
        Condition::Starting => (format!("正在连接呼叫按钮 {input}"), format!("Connecting the buttons on {input}")),
        Condition::Listening => (format!("呼叫按钮 {input} 正常"), format!("The buttons on {input} work")),
        Condition::Missing => (
            format!("找不到呼叫按钮 {input}：请检查插头和接收器，接好后自动恢复；{look_zh}"),
            format!(
                "The buttons on {input} are not there: check plug and receiver, they are found by themselves; {look_en}"
            ),
        ),
        Condition::NotPermitted => (
            format!("本程序无权读取呼叫按钮 {input}：请管理员把运行账号加入 input 组；{look_zh}"),
            format!(
                "This program may not read the buttons on {input}: the administrator adds its user to the group `input`; {look_en}"
            ),
        ),
        Condition::Busy => (
            format!("呼叫按钮 {input} 被其他程序占用：请管理员停止该程序；{look_zh}"),
            format!("Another program has taken the buttons on {input}: the administrator stops it; {look_en}"),
        ),
        Condition::Failed => (
            format!("呼叫按钮 {input} 出现问题，正在重试，若持续请联系管理员；{look_zh}"),
            format!(
                "The buttons on {input} have a problem and are tried again, tell the administrator if it stays; {look_en}"
            ),
        ),
        Condition::Simulated => {
            ("模拟呼叫按钮：呼叫是演示数据".to_owned(), "Simulated buttons: the calls are invented".to_owned())
        }
    };
    Words { zh, en }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_does_not_work_names_the_device_and_says_what_to_do() {
        for condition in [Condition::Missing, Condition::NotPermitted, Condition::Busy, Condition::Failed] {
            let Words { zh, en } = words(Some(&Device { input: "Bell 7".into(), condition }));
            assert!(!condition.works() && zh.contains("Bell 7") && en.contains("Bell 7"), "{condition:?}");
            assert!(zh.contains("巡视床位") && en.contains("look after the beds"), "{condition:?}");
        }
        assert!(words(None).en.starts_with("No bedside buttons"));
    }
}
