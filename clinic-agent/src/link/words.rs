//! What the link's condition is called on the nurse's page and in the log, in both languages. No internal state names.

use super::state::{Refusal, State};

/// One sentence in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// Chinese.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
}

/// The sentence for a state. `rtt_ms` is the smoothed round trip while connected, `loss` the share of lost packets.
pub fn words(state: &State, rtt_ms: Option<u32>, loss: f64) -> Words {
    if let Some(refusal) = state.refusal() {
        return refused(refusal);
    }
    match state {
        State::Connected { .. } if loss > 0.08 || rtt_ms.is_some_and(|ms| ms > 400) => {
            Words { zh: "信号弱：优先保证声音", en: "Weak: sound first" }
        }
        State::Connected { .. } if loss > 0.02 || rtt_ms.is_some_and(|ms| ms > 200) => {
            Words { zh: "信号一般", en: "Signal fair" }
        }
        State::Connected { .. } => Words { zh: "信号良好", en: "Signal good" },
        State::Connecting { attempt: 0..=1, .. } | State::Offline { attempt: 0, .. } => {
            Words { zh: "正在连接", en: "Connecting" }
        }
        State::Connecting { .. } | State::Offline { .. } => {
            Words { zh: "离线：所有记录都保存在本机", en: "Offline: everything is saved here" }
        }
        State::Draining => Words { zh: "本机正在停止服务", en: "This box is being stopped" },
    }
}

/// The word for one path of several, as in "5G good, wired away".
pub fn path(state: &State, silent: bool, rtt_ms: Option<u32>, loss: f64) -> Words {
    match state {
        State::Connected { .. } if silent => Words { zh: "没有信号", en: "silent" },
        State::Connected { .. } if loss > 0.08 || rtt_ms.is_some_and(|ms| ms > 400) => Words { zh: "弱", en: "weak" },
        State::Connected { .. } if loss > 0.02 || rtt_ms.is_some_and(|ms| ms > 200) => {
            Words { zh: "一般", en: "fair" }
        }
        State::Connected { .. } => Words { zh: "良好", en: "good" },
        State::Connecting { attempt: 0..=1, .. } | State::Offline { attempt: 0, .. } => {
            Words { zh: "正在连接", en: "connecting" }
        }
        State::Connecting { .. } | State::Offline { .. } | State::Draining => Words { zh: "断开", en: "away" },
    }
}

/// The sentence for a refusal: what is wrong and who can mend it.
pub fn refused(refusal: Refusal) -> Words {
    match refusal {
        Refusal::ForeignCertificate => Words {
            zh: "中心不认识本机的证书，请联系管理员重新签发；记录都保存在本机",
            en: "The relay does not recognise this box's certificate: ask the administrator to issue one; everything is saved here",
        },
        Refusal::ExpiredCertificate => Words {
            zh: "本机证书已过期，或本机时间不准：本机会自动续期；一小时后仍如此，请管理员重新登记本机；记录都保存在本机",
            en: "This box's certificate has expired, or its clock is wrong: it renews by itself; if this stays for an hour, ask the administrator to enrol the box anew; everything is saved here",
        },
        Refusal::UnknownHome => Words {
            zh: "中心没有登记本养老院，请联系管理员登记；记录都保存在本机",
            en: "The relay does not know this home: ask the administrator to register it; everything is saved here",
        },
        Refusal::Version => Words {
            zh: "本机软件版本与中心不符，请联系管理员升级；记录都保存在本机",
            en: "This box's software version does not fit the relay: ask the administrator to update it; everything is saved here",
        },
        Refusal::Draining => Words {
            zh: "中心正在重启，稍候自动重连",
            en: "The relay is restarting; this box reconnects by itself",
        },
        Refusal::Replaced => Words {
            zh: "另一台设备使用了本机的证书，请联系管理员检查",
            en: "Another device connected with this box's certificate: ask the administrator to check",
        },
        Refusal::Revoked => Words {
            zh: "本机的证书已被吊销，请管理员重新登记本机；记录都保存在本机",
            en: "This box's certificate was revoked: ask the administrator to enrol the box anew; everything is saved here",
        },
        Refusal::RelayNotTrusted => Words {
            zh: "无法确认中心的身份，请联系管理员检查证书；记录都保存在本机",
            en: "The relay's identity could not be verified: ask the administrator to check the certificates; everything is saved here",
        },
        Refusal::Other => Words {
            zh: "中心拒绝了本机的连接，请联系管理员；记录都保存在本机",
            en: "The relay refused this box: ask the administrator; everything is saved here",
        },
    }
}
