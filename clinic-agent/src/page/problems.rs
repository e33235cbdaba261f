//! Every problem that this box itself has. The relay's own pass through unchanged.

use crate::spool::SpoolError;
use axum::http::StatusCode;
use yunzhen_runtime::web::problem::{self, Problem, Text};
pub use yunzhen_runtime::web::problem::{BODY_TOO_LARGE, SIGNED_OUT};

/// No link, and nothing kept that could answer.
pub const LINK_DOWN: Problem = Problem {
    status: StatusCode::SERVICE_UNAVAILABLE,
    code: "link_down",
    title: Text { zh: "网络暂时中断", en: "There is no link to the hospital" },
    detail: Text {
        zh: "本机现在连不上中心；体征和记录可以照常填写，会保存在本机。",
        en: "This box cannot reach the relay now; vital signs and notes can still be written and are saved here.",
    },
    action: Text {
        zh: "本机会自动重连，恢复后请重试。", en: "It reconnects by itself; try again when it is back."
    },
    retry_after_seconds: Some(2),
};

/// Signing in needs the link.
pub const LINK_DOWN_SIGN_IN: Problem = Problem {
    status: StatusCode::SERVICE_UNAVAILABLE,
    code: "link_down",
    title: Text { zh: "网络中断，无法登录", en: "No link: signing in is not possible now" },
    detail: Text {
        zh: "账号由中心核对，本机现在连不上中心。",
        en: "Accounts are checked by the relay, which cannot be reached now.",
    },
    action: Text {
        zh: "请稍候重试；已登录的平板可以继续使用。",
        en: "Try again in a moment; a tablet that is signed in already can go on.",
    },
    retry_after_seconds: Some(2),
};

/// Left alone for the idle time.
pub const TABLET_LOCKED: Problem = Problem {
    status: StatusCode::LOCKED,
    code: "tablet_locked",
    title: Text { zh: "平板已锁定", en: "The tablet is locked" },
    detail: Text { zh: "有一段时间没有人操作，屏幕已锁定。", en: "Nobody touched it for a while." },
    action: Text { zh: "请输入 PIN，或用密码登录。", en: "Enter your PIN, or sign in with your password." },
    retry_after_seconds: None,
};

/// Six digits, and not those that everybody tries.
pub const PIN_TRIVIAL: Problem = Problem {
    status: StatusCode::UNPROCESSABLE_ENTITY,
    code: "pin_trivial",
    title: Text { zh: "这个 PIN 太容易猜到", en: "This PIN is too easy to guess" },
    detail: Text {
        zh: "PIN 是六位数字，不能是重复的数字或连续的数字。",
        en: "A PIN has six digits that are neither repeated nor in a row.",
    },
    action: Text { zh: "请换一个 PIN。", en: "Choose another one." },
    retry_after_seconds: None,
};

/// Not hers; `left` more and it takes the password. No policy allows more than five in all.
pub const fn wrong_pin(left: u8) -> Problem {
    let detail = match left {
        1 => Text {
            zh: "再错 1 次，就需要用密码登录。", en: "After 1 more wrong try it takes the password."
        },
        2 => Text {
            zh: "再错 2 次，就需要用密码登录。", en: "After 2 more wrong tries it takes the password."
        },
        3 => Text {
            zh: "再错 3 次，就需要用密码登录。", en: "After 3 more wrong tries it takes the password."
        },
        _ => Text {
            zh: "再错 4 次，就需要用密码登录。", en: "After 4 more wrong tries it takes the password."
        },
    };
    Problem {
        status: StatusCode::FORBIDDEN,
        code: "wrong_pin",
        title: Text { zh: "PIN 不对", en: "Wrong PIN" },
        detail,
        action: Text { zh: "请重新输入。", en: "Enter it again." },
        retry_after_seconds: None,
    }
}

/// No PIN opens it: too many wrong ones, the shift is over, she signed out, or it was set on another tablet.
pub const PIN_CLOSED: Problem = Problem {
    status: StatusCode::FORBIDDEN,
    code: "pin_closed",
    title: Text { zh: "现在不能用 PIN 打开", en: "The PIN does not open it now" },
    detail: Text {
        zh: "PIN 输错太多次、班次已结束，或已退出登录。",
        en: "It was wrong too often, the shift is over, or you were signed out.",
    },
    action: Text {
        zh: "请用密码登录，然后重新设置 PIN。", en: "Sign in with your password and set a new PIN."
    },
    retry_after_seconds: None,
};

/// Setting a PIN needs the link: the relay looks at the password.
pub const LINK_DOWN_PIN: Problem = Problem {
    status: StatusCode::SERVICE_UNAVAILABLE,
    code: "link_down",
    title: Text { zh: "网络中断，现在不能设置 PIN", en: "No link: a PIN cannot be set now" },
    detail: Text {
        zh: "密码由中心核对，本机现在连不上中心。",
        en: "The password is checked by the relay, which cannot be reached now.",
    },
    action: Text {
        zh: "请稍候重试；已设置的 PIN 仍然有效。",
        en: "Try again in a moment; a PIN that is set goes on working.",
    },
    retry_after_seconds: Some(2),
};

/// What was scanned is no badge.
pub const BADGE_UNREADABLE: Problem = Problem {
    status: StatusCode::UNPROCESSABLE_ENTITY,
    code: "badge_unreadable",
    title: Text { zh: "这不是工牌的二维码", en: "This is not the code of a badge" },
    detail: Text {
        zh: "扫到的是别的码，或没有扫全。", en: "It is another code, or it was not read to its end."
    },
    action: Text { zh: "请重新扫描工牌，或改用 PIN。", en: "Scan the badge again, or use the PIN." },
    retry_after_seconds: None,
};

/// Two nurses with one badge would write in each other's name.
pub const BADGE_TAKEN: Problem = Problem {
    status: StatusCode::CONFLICT,
    code: "badge_taken",
    title: Text { zh: "这张工牌已有人使用", en: "This badge is somebody else's" },
    detail: Text {
        zh: "本班次另一位护士已在这台平板上登记了这张工牌。",
        en: "Another nurse of this shift set it on this tablet.",
    },
    action: Text { zh: "请使用您自己的工牌。", en: "Use your own badge." },
    retry_after_seconds: None,
};

/// Nobody's of this shift on this tablet, or its nurse's PIN is closed.
pub const BADGE_CLOSED: Problem = Problem {
    status: StatusCode::FORBIDDEN,
    code: "badge_closed",
    title: Text { zh: "现在不能用这张工牌打开", en: "The badge does not open it now" },
    detail: Text {
        zh: "本班次没有人在这台平板上登记它，或已退出登录。",
        en: "Nobody of this shift set it on this tablet, or its nurse was signed out.",
    },
    action: Text {
        zh: "请用密码登录，然后设置 PIN 和工牌。",
        en: "Sign in with your password, then set PIN and badge.",
    },
    retry_after_seconds: None,
};

/// A call needs the link; nobody may believe that it was heard.
pub const LINK_DOWN_CALL: Problem = Problem {
    status: StatusCode::SERVICE_UNAVAILABLE,
    code: "link_down",
    title: Text { zh: "呼叫没有送达", en: "The call was not heard" },
    detail: Text {
        zh: "网络中断，医院没有收到呼叫。", en: "There is no link; the hospital did not receive it."
    },
    action: Text {
        zh: "请立即叫护士，或拨打护理站电话。",
        en: "Call a nurse at once, or telephone the nurses' station.",
    },
    retry_after_seconds: Some(2),
};

/// Without a link only parcels can be counted that the relay told of before.
pub const PARCEL_UNKNOWN: Problem = Problem {
    status: StatusCode::CONFLICT,
    code: "parcel_unknown",
    title: Text { zh: "现在不能签收这个包裹", en: "This parcel cannot be accepted now" },
    detail: Text {
        zh: "网络中断前，本机没有收到这个包裹的信息。",
        en: "This box was not told of the parcel before the link went down.",
    },
    action: Text {
        zh: "请先清点并妥善保管，网络恢复后再签收。",
        en: "Count it and keep it safe; accept it when the link is back.",
    },
    retry_after_seconds: None,
};

/// Another code than that of the parcel; `left` more of them stop it, as they do with a link. No policy allows more than five in all.
pub const fn wrong_parcel_code(left: u32) -> Problem {
    let detail = match left {
        1 => Text {
            zh: "这不是此包裹的编码。再错 1 次，包裹将暂停交付。",
            en: "This is not the code of this parcel. After 1 more wrong try its hand-over is stopped.",
        },
        2 => Text {
            zh: "这不是此包裹的编码。再错 2 次，包裹将暂停交付。",
            en: "This is not the code of this parcel. After 2 more wrong tries its hand-over is stopped.",
        },
        3 => Text {
            zh: "这不是此包裹的编码。再错 3 次，包裹将暂停交付。",
            en: "This is not the code of this parcel. After 3 more wrong tries its hand-over is stopped.",
        },
        4 => Text {
            zh: "这不是此包裹的编码。再错 4 次，包裹将暂停交付。",
            en: "This is not the code of this parcel. After 4 more wrong tries its hand-over is stopped.",
        },
        _ => Text { zh: "这不是此包裹的编码。", en: "This is not the code of this parcel." },
    };
    Problem {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        code: "wrong_parcel_code",
        title: Text { zh: "包裹码不符", en: "Wrong parcel code" },
        detail,
        action: Text { zh: "请核对包裹标签上的编码。", en: "Check the code on the parcel's label." },
        retry_after_seconds: None,
    }
}

/// Too many wrong codes.
pub const PARCEL_STOPPED: Problem = Problem {
    status: StatusCode::CONFLICT,
    code: "parcel_quarantined",
    title: Text { zh: "包裹码多次不符", en: "The code was wrong too often" },
    detail: Text {
        zh: "包裹已暂停交付；网络恢复后，药房会看到这些尝试。",
        en: "Its hand-over is stopped; the pharmacy sees the tries when the link is back.",
    },
    action: Text {
        zh: "请把包裹交还配送员，并致电药房；药房放行后才能再签收。",
        en: "Give the parcel back to the courier and call the pharmacy; it can be accepted once the pharmacy lets it go on.",
    },
    retry_after_seconds: None,
};

/// A cold parcel without its temperature.
pub const PARCEL_NOT_MEASURED: Problem = Problem {
    status: StatusCode::UNPROCESSABLE_ENTITY,
    code: "invalid_input",
    title: Text { zh: "请填写温度", en: "The temperature is missing" },
    detail: Text {
        zh: "冷藏药品签收前须测量温度。", en: "A cold parcel has to be measured before it is accepted."
    },
    action: Text { zh: "请测量包裹内的温度并填写。", en: "Measure inside the parcel and enter it." },
    retry_after_seconds: None,
};

/// A count that leaves a line out.
pub const PARCEL_NOT_COUNTED: Problem = Problem {
    status: StatusCode::UNPROCESSABLE_ENTITY,
    code: "invalid_input",
    title: Text { zh: "清点不完整", en: "The count is not complete" },
    detail: Text {
        zh: "每一行药品须清点一次，破损数不能大于到货数。",
        en: "Each line has to be counted once, and no more can be damaged than arrived.",
    },
    action: Text { zh: "请核对后再提交。", en: "Check the lines and send again." },
    retry_after_seconds: None,
};

/// A count of more than can be in the parcel.
pub const PARCEL_TOO_MANY: Problem = Problem {
    status: StatusCode::UNPROCESSABLE_ENTITY,
    code: "invalid_input",
    title: Text { zh: "清点数量过大", en: "More than can be in the parcel" },
    detail: Text {
        zh: "有一行的数量远多于装箱数，这里不能签收。",
        en: "Of one line far more was entered than was packed; it is not taken like that.",
    },
    action: Text {
        zh: "请重新清点并核对所填数字；包裹内确有多出的药请联系药房。",
        en: "Count again and check what you typed; if there really is so much, call the pharmacy.",
    },
    retry_after_seconds: None,
};

/// The key of this box does not sign.
pub const NOT_SIGNED: Problem = Problem {
    status: StatusCode::INTERNAL_SERVER_ERROR,
    code: "not_signed",
    title: Text { zh: "签收单未能签名", en: "The receipt could not be signed" },
    detail: Text { zh: "没有保存任何内容。", en: "Nothing was saved." },
    action: Text {
        zh: "请重试；若仍出现，请联系管理员。",
        en: "Try again; if it happens again, tell the administrator.",
    },
    retry_after_seconds: None,
};

/// The relay's answer makes no sense to this version.
pub const RELAY_ANSWER: Problem = Problem {
    status: StatusCode::BAD_GATEWAY,
    code: "bad_gateway",
    title: Text { zh: "中心的应答无法识别", en: "The relay's answer cannot be read" },
    detail: Text {
        zh: "本机与中心的软件版本可能不一致。", en: "This box and the relay may be of different versions."
    },
    action: Text {
        zh: "请重试；若仍出现，请联系管理员。",
        en: "Try again; if it happens again, tell the administrator.",
    },
    retry_after_seconds: None,
};

/// A body that is not what the route takes.
pub const BAD_REQUEST: Problem = Problem { status: StatusCode::UNPROCESSABLE_ENTITY, ..problem::BAD_REQUEST };

/// A body of another kind.
pub const UNSUPPORTED_MEDIA_TYPE: Problem = Problem {
    status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
    code: "unsupported_media_type",
    title: Text { zh: "内容类型不正确", en: "This kind of content is not taken here" },
    detail: Text { zh: "该地址需要会话描述。", en: "A session description is needed." },
    action: Text { zh: "请刷新页面后重试。", en: "Reload the page and try again." },
    retry_after_seconds: None,
};

/// An entry without its key could be stored twice.
pub const KEY_MISSING: Problem = Problem {
    status: StatusCode::BAD_REQUEST,
    code: "idempotency_key_missing",
    title: Text { zh: "请求缺少防重复标识", en: "The idempotency key is missing" },
    detail: Text {
        zh: "没有保存任何内容。需要 8 至 100 个可见字符的 Idempotency-Key。",
        en: "Nothing was saved. An Idempotency-Key of 8 to 100 visible characters is needed.",
    },
    action: Text { zh: "请刷新页面后重试。", en: "Reload the page and try again." },
    retry_after_seconds: None,
};

/// The same key for something else.
const KEY_REUSED: Problem = Problem {
    status: StatusCode::UNPROCESSABLE_ENTITY,
    code: "idempotency_key_reused",
    title: Text { zh: "防重复标识已被使用", en: "The idempotency key was used for another entry" },
    detail: Text { zh: "没有保存任何内容。", en: "Nothing was saved." },
    action: Text { zh: "请刷新页面后重新填写。", en: "Reload the page and write the entry again." },
    retry_after_seconds: None,
};

/// No such route, consultation or leg.
pub const NOT_FOUND: Problem = Problem {
    detail: Text {
        zh: "这个地址不存在，或通话已结束。", en: "There is nothing at this address, or the call is over."
    },
    ..problem::NOT_FOUND
};

/// A description that cannot be answered.
pub const OFFER: Problem = Problem {
    status: StatusCode::UNPROCESSABLE_ENTITY,
    code: "offer_refused",
    title: Text { zh: "浏览器的通话请求无法应答", en: "The browser's offer cannot be answered" },
    detail: Text {
        zh: "浏览器可能不支持所需的音视频格式。",
        en: "The browser may lack the audio or video format that is needed.",
    },
    action: Text {
        zh: "请刷新页面；若仍不行，请更新浏览器。",
        en: "Reload the page; if that does not help, update the browser.",
    },
    retry_after_seconds: None,
};

/// One consultation at a time.
pub const BUSY: Problem = Problem {
    status: StatusCode::CONFLICT,
    code: "box_busy",
    title: Text { zh: "本机正在另一场会诊中", en: "This box is in another consultation" },
    detail: Text {
        zh: "一台设备同时只能进行一场会诊。", en: "One box takes part in one consultation at a time."
    },
    action: Text { zh: "请先结束当前会诊。", en: "End the other consultation first." },
    retry_after_seconds: None,
};

/// Too many tabs.
pub const TOO_MANY_LEGS: Problem = Problem {
    status: StatusCode::CONFLICT,
    code: "too_many_tablets",
    title: Text { zh: "加入通话的平板过多", en: "Too many tablets are in this call" },
    detail: Text { zh: "最多四台。", en: "At most four may take part." },
    action: Text { zh: "请先在其他平板上退出通话。", en: "Leave the call on another tablet first." },
    retry_after_seconds: None,
};

/// A camera that this box does not have.
pub const NO_SUCH_CAMERA: Problem = Problem {
    status: StatusCode::UNPROCESSABLE_ENTITY,
    code: "no_such_camera",
    title: Text { zh: "没有这个摄像头", en: "There is no such camera" },
    detail: Text {
        zh: "本机没有配置该摄像头，或平板未加入通话。",
        en: "This box has no such camera, or the tablet is not in the call.",
    },
    action: Text { zh: "请选择其他摄像头。", en: "Choose another camera." },
    retry_after_seconds: None,
};

/// A reading that this box does not have.
pub const NO_SUCH_READING: Problem = Problem {
    status: StatusCode::NOT_FOUND,
    code: "no_such_reading",
    title: Text { zh: "没有找到这条测量", en: "There is no such measurement" },
    detail: Text { zh: "它可能在很久以前已处理。", en: "It may have been dealt with long ago." },
    action: Text {
        zh: "请刷新列表；如仍需要，请重新测量。", en: "Look at the list again; measure again if needed."
    },
    retry_after_seconds: None,
};

/// The entry is not here, or not any more.
pub const NO_SUCH_ENTRY: Problem = Problem {
    status: StatusCode::NOT_FOUND,
    code: "no_such_entry",
    title: Text { zh: "没有找到这条记录", en: "There is no such entry" },
    detail: Text { zh: "它可能在很久以前已处理。", en: "It may have been dealt with long ago." },
    action: Text { zh: "请刷新列表。", en: "Look at the list again." },
    retry_after_seconds: None,
};

/// Only what was returned can be let go.
pub const ENTRY_NOT_RETURNED: Problem = Problem {
    status: StatusCode::CONFLICT,
    code: "entry_not_returned",
    title: Text { zh: "这条记录没有被退回", en: "This entry was not returned" },
    detail: Text {
        zh: "它正在发送或已被医院接收。", en: "It is on its way or the hospital has it already."
    },
    action: Text { zh: "无需处理，请刷新列表。", en: "Nothing needs to be done; look at the list again." },
    retry_after_seconds: None,
};

/// Another tablet was faster, for another resident.
pub const READING_CONFIRMED: Problem = Problem {
    status: StatusCode::CONFLICT,
    code: "reading_confirmed",
    title: Text {
        zh: "这条测量已存入一位住民的记录", en: "This measurement is in a resident's record already"
    },
    detail: Text {
        zh: "另一台平板已确认，本次没有改动。", en: "Another tablet confirmed it; nothing was changed."
    },
    action: Text {
        zh: "若存错了人，请立即告知医生并重新测量。",
        en: "If it went to the wrong person, tell the doctor at once and measure again.",
    },
    retry_after_seconds: None,
};

/// Discarded, or let go by the box.
pub const READING_GONE: Problem = Problem {
    status: StatusCode::CONFLICT,
    code: "reading_gone",
    title: Text { zh: "这条测量已不在列表中", en: "This measurement is no longer in the list" },
    detail: Text {
        zh: "它已被弃用，或等待太久已移除；没有存入任何记录。",
        en: "It was discarded, or waited too long; it is in nobody's record.",
    },
    action: Text { zh: "如仍需要，请重新测量。", en: "Measure again if it is needed." },
    retry_after_seconds: None,
};

/// A file that is no ECG.
pub const NO_ECG: Problem = Problem {
    status: StatusCode::UNPROCESSABLE_ENTITY,
    code: "invalid_input",
    title: Text { zh: "这个文件不是可读的心电图", en: "This file is no ECG that can be read" },
    detail: Text {
        zh: "需要 FHIR R4 Observation（LOINC 11524-6）：时长 1 至 60 秒，单位 mV 或 uV，带时间和时区。",
        en: "It takes a FHIR R4 Observation (LOINC 11524-6): 1 to 60 seconds in mV or uV, with its time and zone.",
    },
    action: Text {
        zh: "请从心电仪重新导出，或重新记录。", en: "Export it from the recorder again, or record again."
    },
    retry_after_seconds: None,
};

/// A file that was brought before.
pub const ECG_REPEATED: Problem = Problem {
    status: StatusCode::CONFLICT,
    code: "reading_confirmed",
    title: Text { zh: "这份心电图已经读入过", en: "This ECG was brought before" },
    detail: Text { zh: "同一份记录不会保存两次。", en: "The same recording is not kept twice." },
    action: Text { zh: "请在列表或住民图表中查看。", en: "Look in the list or in the resident's chart." },
    retry_after_seconds: None,
};

const SPOOL_FULL: Problem = Problem {
    status: StatusCode::INSUFFICIENT_STORAGE,
    code: "spool_full",
    title: Text { zh: "本机待发送的记录已满", en: "Too much waits for the relay" },
    detail: Text { zh: "这条记录没有保存。", en: "This entry was not saved." },
    action: Text {
        zh: "请联系管理员恢复网络，在此之前请用纸笔记录。",
        en: "Ask the administrator to restore the link; write on paper until then.",
    },
    retry_after_seconds: None,
};

const DOCUMENTS_FULL: Problem = Problem {
    status: StatusCode::INSUFFICIENT_STORAGE,
    code: "documents_full",
    title: Text { zh: "本机待发送的照片已满", en: "Too many photos wait for the relay" },
    detail: Text {
        zh: "这张照片没有保存；体征和护理记录仍可照常保存。",
        en: "This photo was not saved; vital signs and notes can still be saved.",
    },
    action: Text {
        zh: "请等网络恢复、照片发出后再添加。", en: "Add it when the link is back and photos were sent."
    },
    retry_after_seconds: None,
};

const DISK_FULL: Problem = Problem {
    status: StatusCode::INSUFFICIENT_STORAGE,
    code: "disk_full",
    title: Text { zh: "本机磁盘已满", en: "This box's disk is full" },
    detail: Text {
        zh: "这条记录没有保存；已保存的记录是安全的。",
        en: "This entry was not saved; what was saved before is safe.",
    },
    action: Text {
        zh: "请联系管理员清理磁盘，在此之前请用纸笔记录。",
        en: "Ask the administrator to free space; write on paper until then.",
    },
    retry_after_seconds: None,
};

const SPOOL_FAILED: Problem = Problem {
    status: StatusCode::INTERNAL_SERVER_ERROR,
    code: "spool_failed",
    title: Text { zh: "本机存储出错", en: "This box's storage failed" },
    detail: Text { zh: "这条记录没有保存。", en: "This entry was not saved." },
    action: Text {
        zh: "请重试；若仍出现，请联系管理员，并用纸笔记录。",
        en: "Try again; if it happens again, tell the administrator and write on paper.",
    },
    retry_after_seconds: None,
};

/// What the page says when the spool could not.
pub fn of_spool(error: &SpoolError) -> Problem {
    tracing::error!(%error, "spool");
    match error {
        SpoolError::Full => SPOOL_FULL,
        SpoolError::FullOfDocuments => DOCUMENTS_FULL,
        SpoolError::KeyReused => KEY_REUSED,
        SpoolError::DiskFull(_) => DISK_FULL,
        SpoolError::UnknownEntry(_) => NO_SUCH_ENTRY,
        SpoolError::Torn { .. }
        | SpoolError::Damaged { .. }
        | SpoolError::OtherKey { .. }
        | SpoolError::InUse(_)
        | SpoolError::Io { .. }
        | SpoolError::Unknown(_)
        | SpoolError::Misplaced(_)
        | SpoolError::UnknownReading(_)
        | SpoolError::Decided(_)
        | SpoolError::Malformed { .. } => SPOOL_FAILED,
    }
}
