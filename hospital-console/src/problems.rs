//! Every problem that the console itself has. The relay's own pass through unchanged.

use axum::http::StatusCode;
pub use yunzhen_runtime::web::problem::{BAD_REQUEST, BODY_TOO_LARGE, NOT_FOUND, SIGNED_OUT};
use yunzhen_runtime::web::problem::{Problem, Text};

/// The relay does not answer.
pub const RELAY_UNREACHABLE: Problem = Problem {
    status: StatusCode::SERVICE_UNAVAILABLE,
    code: "relay_unreachable",
    title: Text { zh: "暂时无法连接云诊中继", en: "The relay cannot be reached" },
    detail: Text {
        zh: "医院控制台现在连不上中继服务，刚才的操作没有执行。",
        en: "The hospital console cannot reach the relay at the moment; nothing was done.",
    },
    action: Text {
        zh: "页面会自动重试。若超过一分钟仍未恢复，请联系管理员检查中继服务和网络。",
        en: "The page tries again by itself. If this lasts more than a minute, ask the administrator to check the relay and the network.",
    },
    retry_after_seconds: Some(2),
};

/// The relay took a request and did not answer in time.
pub const RELAY_TIMEOUT: Problem = Problem {
    status: StatusCode::GATEWAY_TIMEOUT,
    code: "relay_timeout",
    title: Text { zh: "中继没有及时应答", en: "The relay did not answer in time" },
    detail: Text {
        zh: "请求已经发出，但没有等到应答；操作可能已经完成。",
        en: "The request was sent but no answer came; it may have been carried out.",
    },
    action: Text {
        zh: "请再试一次：重复提交不会重复执行。",
        en: "Try again: the same action is never carried out twice.",
    },
    retry_after_seconds: Some(2),
};

/// An identity provider's answer that this browser did not ask for, or asked for too long ago.
pub const SIGN_IN_NOT_BEGUN: Problem = Problem {
    status: StatusCode::UNAUTHORIZED,
    code: "openid_refused",
    title: Text { zh: "登录未完成", en: "Not signed in" },
    detail: Text {
        zh: "这次登录不是在本浏览器开始的，已经用过，或等待过久。",
        en: "This sign-in was not begun in this browser, was used before, or took too long.",
    },
    action: Text { zh: "请从登录页重新开始。", en: "Begin again from the sign-in page." },
    retry_after_seconds: None,
};

/// A role that signs no documents.
pub const MAY_NOT_SIGN: Problem = Problem {
    status: StatusCode::FORBIDDEN,
    code: "may_not_sign",
    title: Text { zh: "该账号不能签名", en: "This account does not sign" },
    detail: Text {
        zh: "只有专科医生和药师可以申请签名证书。",
        en: "Only specialists and pharmacists get a signing certificate.",
    },
    action: Text { zh: "请用专科医生或药师账号登录。", en: "Sign in as a specialist or pharmacist." },
    retry_after_seconds: None,
};

/// The browser did not prove that it holds the key.
pub const PROOF_REFUSED: Problem = Problem {
    status: StatusCode::UNPROCESSABLE_ENTITY,
    code: "proof_refused",
    title: Text { zh: "签名密钥未通过验证", en: "The signing key was not accepted" },
    detail: Text {
        zh: "浏览器未能证明持有该密钥，或本机时间与服务器相差超过十分钟。",
        en: "The browser did not prove that it holds the key, or its clock is more than ten minutes off.",
    },
    action: Text {
        zh: "请检查本机日期和时间，刷新页面后重试。",
        en: "Check this computer's date and time, reload the page and try again.",
    },
    retry_after_seconds: None,
};

/// An administrator has not decided about the key.
pub const KEY_WAITING: Problem = Problem {
    status: StatusCode::CONFLICT,
    code: "signing_key_waiting",
    title: Text { zh: "签名密钥待审核", en: "The signing key waits for approval" },
    detail: Text {
        zh: "管理员还没有审核此浏览器的签名密钥。",
        en: "The administrator has not approved the key of this browser yet.",
    },
    action: Text {
        zh: "请联系管理员核对密钥指纹；草稿已保存。",
        en: "Ask the administrator to compare the fingerprint; the draft is kept.",
    },
    retry_after_seconds: None,
};

/// The key was refused or revoked.
pub const KEY_REVOKED: Problem = Problem {
    status: StatusCode::CONFLICT,
    code: "signing_key_revoked",
    title: Text { zh: "签名密钥已停用", en: "The signing key is revoked" },
    detail: Text {
        zh: "此浏览器的签名密钥已被拒绝或停用。", en: "The key of this browser was refused or revoked."
    },
    action: Text {
        zh: "请在“签名密钥”页登记新的密钥。", en: "Enrol a new key on the page of signing keys."
    },
    retry_after_seconds: None,
};

/// Nobody asked for the key.
pub const KEY_UNKNOWN: Problem = Problem {
    status: StatusCode::CONFLICT,
    code: "signing_key_unknown",
    title: Text { zh: "签名密钥未登记", en: "The signing key is not on record" },
    detail: Text { zh: "此浏览器的签名密钥没有登记。", en: "Nobody asked for the key of this browser." },
    action: Text {
        zh: "请在“签名密钥”页登记，并请管理员审核。",
        en: "Enrol it on the page of signing keys and ask the administrator to approve it.",
    },
    retry_after_seconds: None,
};

/// The console has no signing authority.
pub const NO_SIGNING_AUTHORITY: Problem = Problem {
    status: StatusCode::SERVICE_UNAVAILABLE,
    code: "no_signing_authority",
    title: Text { zh: "此控制台不签发证书", en: "This console issues no certificates" },
    detail: Text {
        zh: "没有为此控制台配置签名证书机构。", en: "No signing authority is configured for this console."
    },
    action: Text {
        zh: "请管理员在配置文件的 [signers] 中设置证书和密钥。",
        en: "Ask the administrator to set certificate and key in [signers] of the configuration file.",
    },
    retry_after_seconds: None,
};

/// The relay answered what the console cannot read, or something broke here.
pub const INTERNAL: Problem = Problem {
    status: StatusCode::BAD_GATEWAY,
    code: "bad_gateway",
    title: Text { zh: "控制台出错", en: "Something went wrong in the console" },
    detail: Text { zh: "中继的应答无法识别。", en: "The relay's answer cannot be read." },
    action: Text {
        zh: "请重试；若仍出现，请告知管理员控制台与中继版本可能不一致。",
        en: "Try again; if it happens again, tell the administrator that console and relay may be of different versions.",
    },
    retry_after_seconds: None,
};
