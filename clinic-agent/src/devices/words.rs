//! What the devices' condition is called on the nurse's page and in the log: what is wrong, and what to do.

use super::source::Condition;

/// One sentence in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// Chinese.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
}

impl Condition {
    /// Its name for the page.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Starting => "starting",
            Self::NoService => "no_service",
            Self::NotPermitted => "not_permitted",
            Self::NoAdapter => "no_adapter",
            Self::PoweredOff => "powered_off",
            Self::NoDevices => "no_devices",
            Self::Listening { .. } => "listening",
            Self::Simulated => "simulated",
            Self::Failed => "failed",
        }
    }

    /// Whether measurements arrive by themselves.
    pub const fn works(self) -> bool {
        matches!(self, Self::Listening { .. } | Self::Simulated)
    }
}

/// The sentence for a condition.
pub const fn words(condition: Condition) -> Words {
    match condition {
        Condition::Off => Words {
            zh: "本机没有设置测量设备，请手工录入；需要时由管理员在配置中开启",
            en: "No measuring devices are set up on this box: type the values; the administrator can switch devices on in its configuration",
        },
        Condition::Starting => Words { zh: "正在启动蓝牙", en: "Bluetooth is starting" },
        Condition::NoService => Words {
            zh: "本机的蓝牙服务没有运行：请管理员安装并启动 bluetooth 服务（BlueZ）；在此之前请手工录入",
            en: "The Bluetooth service of this box does not run: the administrator installs and starts `bluetooth` (BlueZ); type the values until then",
        },
        Condition::NotPermitted => Words {
            zh: "本程序无权使用蓝牙：请管理员把运行账号加入 bluetooth 组；在此之前请手工录入",
            en: "This program may not use Bluetooth: the administrator adds its user to the group `bluetooth`; type the values until then",
        },
        Condition::NoAdapter => Words {
            zh: "没有蓝牙适配器：请把蓝牙适配器插入本机的 USB 口，稍候会自动识别；在此之前请手工录入",
            en: "No Bluetooth adapter: plug one into a USB port of this box, it is found by itself within a minute; type the values until then",
        },
        Condition::PoweredOff => Words {
            zh: "蓝牙已关闭：请打开本机的蓝牙开关或飞行模式开关；在此之前请手工录入",
            en: "Bluetooth is switched off: use the box's Bluetooth or flight-mode switch; type the values until then",
        },
        Condition::NoDevices => Words {
            zh: "蓝牙已就绪，还没有配对的设备：请管理员按说明配对血压计、血氧仪等",
            en: "Bluetooth is ready and no device is paired yet: the administrator pairs the blood pressure meter, the oximeter and so on as the manual says",
        },
        Condition::Listening { .. } => Words {
            zh: "已就绪：测量后数值自动出现",
            en: "Ready: values appear by themselves after a measurement",
        },
        Condition::Simulated => {
            Words { zh: "模拟设备：数值是演示数据", en: "Simulated devices: the values are invented" }
        }
        Condition::Failed => Words {
            zh: "蓝牙出现问题，正在重试；请手工录入，若持续请联系管理员",
            en: "Bluetooth has a problem and is tried again: type the values, and tell the administrator if it stays",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_does_not_work_says_what_to_do() {
        for condition in [
            Condition::Off,
            Condition::NoService,
            Condition::NotPermitted,
            Condition::NoAdapter,
            Condition::PoweredOff,
            Condition::Failed,
        ] {
            let Words { zh, en } = words(condition);
            assert!(!condition.works() && zh.contains("手工录入") && en.contains("type the values"), "{condition:?}");
        }
        assert!(words(Condition::NoAdapter).en.starts_with("No Bluetooth adapter: plug one in"));
    }
}
