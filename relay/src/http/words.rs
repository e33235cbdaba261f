//! The table of problems: status, code, and the words for the person, in both languages. What is wrong, and what to do.

use axum::http::StatusCode;
use yunzhen_domain::licence::LicenceGap;
use yunzhen_domain::machines::Refused;
use yunzhen_domain::machines::delivery::QuarantineReason;
use yunzhen_domain::machines::signing_key;
use yunzhen_domain::media_timeline::TooLow;
use yunzhen_domain::records::{EndedBy, WRITE_OVER};
use yunzhen_domain::registry::open_work::OpenWork;
use yunzhen_rtc::{ConnectError, PatchError};

use super::misread;
use super::problem::{ConflictBody, Fault};
use crate::app::AppError;
use crate::rooms::CameraError;

/// Chinese, English.
type Pair = (String, String);

/// A problem before a language is chosen.
pub struct Words {
    /// HTTP status.
    pub status: StatusCode,
    /// Stable code.
    pub code: &'static str,
    /// A few words.
    pub title: Pair,
    /// What went wrong here.
    pub detail: Pair,
    /// What the person can do.
    pub action: Pair,
    /// Which fields.
    pub fields: Vec<(String, Pair)>,
    /// When to try again.
    pub retry_after_seconds: Option<u64>,
    /// What two people made of one record.
    pub conflict: Option<ConflictBody>,
}

fn pair(zh: &str, en: &str) -> Pair {
    (zh.to_owned(), en.to_owned())
}

fn words(status: StatusCode, code: &'static str, title: [&str; 2], detail: [&str; 2], action: [&str; 2]) -> Words {
    Words {
        status,
        code,
        title: pair(title[0], title[1]),
        detail: pair(detail[0], detail[1]),
        action: pair(action[0], action[1]),
        fields: Vec::new(),
        retry_after_seconds: None,
        conflict: None,
    }
}

/// The words for a cause.
#[rustfmt::skip]
pub fn of(fault: &Fault) -> Words {
    use StatusCode as S;
    match fault {
        Fault::App(error) => of_app(error),
        Fault::Unauthenticated => unauthenticated(),
        Fault::NoSuchPlace => not_found(),
        Fault::Method => words(S::METHOD_NOT_ALLOWED, "method_not_allowed", ["不支持的操作", "Not supported here"],
            ["此地址不接受这种请求方法。", "This address does not take this method."], ["请刷新页面后再试。", "Reload the page and try again."]),
        Fault::Query(what) => {
            let (zh, en) = misread::words(what);
            Words { detail: (format!("地址中的条件有误：{zh}。"), format!("The query cannot be read: {en}.")), ..bad_request() }
        }
        Fault::Parameter(parameter) => {
            let mut words = words(S::BAD_REQUEST, "bad_parameter", ["查询条件有误", "A search parameter cannot be taken"],
                ["", ""], ["请按能力声明（metadata）修改查询条件。", "Change the query as the CapabilityStatement says."]);
            words.detail = (format!("{}。", parameter.zh), format!("{}.", parameter.en));
            words.fields.push((parameter.name.clone(), (parameter.zh.clone(), parameter.en.clone())));
            words
        }
        Fault::Body(what) => with_detail(bad_request(), what),
        Fault::Malformed { line, column } => Words {
            detail: (format!("内容不是完整的 JSON，第 {line} 行第 {column} 个字符处中断或有误。"), format!("This is not whole JSON: it breaks off or goes wrong at line {line}, column {column}.")),
            ..bad_request()
        },
        Fault::Field { path, message } => {
            let mut words = words(S::UNPROCESSABLE_ENTITY, "invalid_input", ["输入有误", "Input cannot be taken"],
                ["有一项内容无法识别。", "One field cannot be read."], ["请更正标出的内容后再提交。", "Correct the marked field and send again."]);
            words.fields.push((path.clone(), misread::words(message)));
            words
        }
        Fault::TooLarge => words(S::PAYLOAD_TOO_LARGE, "too_large", ["内容太大", "Too large"],
            ["提交的内容超过了上限。", "What was sent is larger than allowed."], ["请缩短内容后再提交。", "Shorten it and send again."]),
        Fault::MediaType(kind) => with_detail(words(S::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", ["内容类型不对", "Unsupported content type"],
            ["", ""], ["请按接口文档设置 Content-Type。", "Set Content-Type as the API document says."]), kind),
        Fault::KeyMissing => words(S::BAD_REQUEST, "idempotency_key_missing", ["缺少防重复标识", "No idempotency key"],
            ["这类操作必须带 8 至 100 个字符的 Idempotency-Key。", "This command needs an Idempotency-Key of 8 to 100 characters."], ["请刷新页面后再试。", "Reload the page and try again."]),
        Fault::Connect(error) => of_connect(error),
        Fault::Patch(PatchError::UnknownLeg) => not_found(),
        Fault::Patch(PatchError::Fragment { reason }) => with_detail(words(S::BAD_REQUEST, "bad_fragment", ["连接信息有误", "The fragment cannot be used"],
            ["", ""], ["请重新进入通话。", "Join the call again."]), reason),
        Fault::Patch(PatchError::Stopped) => stopping(),
        Fault::Camera(error) => of_camera(*error),
    }
}

#[rustfmt::skip]
fn of_camera(error: CameraError) -> Words {
    use StatusCode as S;
    match error {
        CameraError::NoBox => words(S::CONFLICT, "home_not_in_call", ["养老院设备不在通话中", "The home is not in this call"],
            ["养老院的终端目前没有连接，或正在另一会诊中。", "The home's box is not connected, or is in another consultation."], ["请等待连接恢复后再试。", "Wait until it is back and try again."]),
        CameraError::NoRecorder => words(S::CONFLICT, "home_cannot_record", ["养老院设备不能录像", "The home cannot record"],
            ["养老院的终端没有接摄像头和麦克风，或版本过旧，或已关闭录像；平板自带的摄像头不录。", "The home's box has no camera or microphone of its own, is an older one, or has recording switched off; the tablet's own camera is not recorded."], ["请联系养老院检查终端。", "Ask the home to look at its box."]),
        CameraError::NoSuchCamera => words(S::CONFLICT, "no_such_camera", ["没有这个摄像头", "No such camera"],
            ["养老院的终端没有接这个摄像头。", "The home's box has no such camera."], ["请选择另一个摄像头。", "Choose another camera."]),
    }
}

#[rustfmt::skip]
fn of_app(error: &AppError) -> Words {
    use StatusCode as S;
    match error {
        AppError::Unauthenticated => unauthenticated(),
        AppError::SessionRevoked(EndedBy::Person) => words(S::UNAUTHORIZED, "session_revoked", ["登录已在别处结束", "This session was ended elsewhere"],
            ["您在另一台设备上结束了这次登录，或更改了密码或登录方式。", "It was ended from another of your devices, or by a change of your password or of another way in."], ["请重新登录；不是您本人操作的，请立即告诉管理员。", "Sign in again; if that was not you, tell the administrator at once."]),
        AppError::SessionRevoked(EndedBy::Administrator) => words(S::UNAUTHORIZED, "session_revoked", ["登录已由管理员结束", "An administrator ended this session"],
            ["管理员结束了您在此设备上的登录。", "You were signed out on this device by an administrator."], ["请重新登录；不能登录时请联系管理员。", "Sign in again; if that does not work, ask the administrator."]),
        AppError::BadCredentials => words(S::UNAUTHORIZED, "bad_credentials", ["登录未成功", "Not signed in"],
            ["用户名与密码不符，或此处不能使用该账号。", "User name and password do not fit, or the account cannot be used here."], ["请检查后重新输入；忘记密码请联系管理员。", "Check both and try again; if you forgot the password, ask the administrator."]),
        AppError::SecondFactorNeeded => words(S::UNAUTHORIZED, "second_factor_needed", ["请输入动态验证码", "Enter the code of your app"],
            ["此账号已开启两步验证。", "This account signs in with a second factor."], ["请打开手机上的验证器，输入六位数字；手机不在身边时，可输入一个恢复码。", "Open the authenticator app and enter the six digits; without the telephone, enter a recovery code."]),
        AppError::WrongCode => words(S::UNAUTHORIZED, "wrong_code", ["验证码不符", "The code does not fit"],
            ["验证码有误、已过期或已用过。", "It is wrong, too old, or was used before."], ["请等待验证器显示下一个验证码后再输入；恢复码每个只能用一次。", "Wait for the next code of the app and enter that; each recovery code works once."]),
        AppError::BadPasskey => words(S::UNAUTHORIZED, "bad_passkey", ["通行密钥不能登录", "The passkey does not sign in"],
            ["此通行密钥未登记、已删除，或等待时间过长。", "It is not registered here, was removed, or took too long."], ["请再试一次，或用用户名和密码登录。", "Try again, or sign in with user name and password."]),
        AppError::PasskeyCopied => words(S::UNAUTHORIZED, "passkey_copied", ["通行密钥可能被复制", "There may be a copy of this passkey"],
            ["它的使用次数比上次记录的少，已停用，并已记入操作记录。", "It counted less than last time, so it opens nothing any more; the audit log says so."], ["请用密码登录，删除此通行密钥并重新登记；如有疑问请立即联系管理员。", "Sign in with the password, remove this passkey and register it anew; if in doubt, tell the administrator at once."]),
        AppError::PasskeysOff => words(S::CONFLICT, "passkeys_off", ["此处不能使用通行密钥", "There are no passkeys here"],
            ["系统没有设置医院工作台的正式网址。", "The settings do not say at which address the console is reached."], ["请用用户名和密码登录；如需使用，请管理员在中继设置中填写 public_url。", "Sign in with user name and password; to have passkeys, ask the administrator to set `public_url` of the relay."]),
        AppError::OpenIdOff => words(S::CONFLICT, "openid_off", ["此处不能用统一身份认证登录", "There is no such sign-in here"],
            ["系统没有设置这个身份平台，或当前设备不能使用。", "The settings have no such identity provider, or it cannot be used from this device."], ["请用用户名和密码登录，或联系管理员。", "Sign in with user name and password, or ask the administrator."]),
        AppError::OpenIdDown => Words {
            retry_after_seconds: Some(30),
            ..words(S::SERVICE_UNAVAILABLE, "openid_down", ["医院身份平台暂时无法连接", "The hospital's sign-in does not answer"],
                ["云诊中心连不上医院的统一身份认证，没有登录。", "The relay cannot reach the hospital's identity provider; nobody was signed in."], ["请稍后再试，或改用其他方式登录。", "Try again in a moment, or sign in another way."])
        },
        AppError::OpenIdRefused => words(S::UNAUTHORIZED, "openid_refused", ["登录未完成", "Not signed in"],
            ["身份平台的答复无法确认：可能已用过、已超时，或是在另一个浏览器窗口开始的。", "What the identity provider sent cannot be confirmed: it was used before, took too long, or was begun in another browser."], ["请从登录页重新开始。", "Begin again from the sign-in page."]),
        AppError::OpenIdClock => words(S::UNAUTHORIZED, "openid_clock", ["时间不一致，未能登录", "The clocks differ"],
            ["医院身份平台与云诊中心的时间相差太大，或登录等待过久。", "The clocks of the identity provider and the relay differ too much, or signing in took too long."], ["请再试一次；仍不行请管理员核对两台服务器的时间。", "Try again; if it stays so, ask the administrator to compare the clocks of both servers."]),
        AppError::OpenIdUnknown { subject } => Words {
            detail: (
                format!("您在医院身份平台的标识“{}”没有绑定云诊账号。", subject.expose()),
                format!("No account here is bound to “{}”, by which the identity provider knows you.", subject.expose()),
            ),
            ..words(S::UNAUTHORIZED, "openid_unknown", ["没有绑定的账号", "No account is bound"],
                ["", ""], ["请把此标识告诉管理员，由管理员在“员工”页绑定。", "Tell the administrator this identifier, who binds it on the page Staff."])
        },
        AppError::OpenIdSomebodyElse => words(S::FORBIDDEN, "openid_somebody_else", ["不是同一个人", "Somebody else"],
            ["身份平台确认的人与当前登录的人不同。", "The identity provider confirmed another person than the one who is signed in."], ["请用您本人的医院账号确认。", "Confirm with your own account of the hospital."]),
        AppError::OpenIdNotFresh => words(S::FORBIDDEN, "openid_not_fresh", ["没有重新确认身份", "You were not asked again"],
            ["身份平台没有重新核实您本人，或没有说明核实时间。", "The identity provider did not ask you again, or does not say when it did."], ["请再试一次并重新输入医院账号；仍不行请联系管理员。", "Try again and enter your hospital account anew; if it stays so, ask the administrator."]),
        AppError::OpenIdOneFactor => words(S::UNAUTHORIZED, "openid_one_factor", ["需要两步验证", "A second factor is needed"],
            ["医院要求您的岗位使用两步验证，身份平台没有确认第二步。", "The hospital asks your role for a second factor, and the identity provider vouches for none."], ["请在医院身份平台开启两步验证后再登录，或用通行密钥登录。", "Turn the second factor on at the identity provider, or sign in with a passkey."]),
        AppError::OpenIdOnly => words(S::CONFLICT, "openid_only", ["请用医院统一身份认证登录", "Sign in by your hospital"],
            ["医院要求此账号只用统一身份认证，密码不能使用。", "The hospital lets this account in by its identity provider only; the password is not taken."], ["请点击登录页上医院身份认证的按钮。", "Use the hospital's button on the sign-in page."]),
        AppError::SecondFactorMissing => words(S::FORBIDDEN, "second_factor_missing", ["请先设置两步验证", "Set up a second factor first"],
            ["医院要求您的岗位使用通行密钥或动态验证码登录。", "The hospital asks your role for a passkey or an authenticator app."], ["请在电脑上登录医院工作台，按提示完成设置。", "Sign in to the hospital console on a computer and follow the steps there."]),
        AppError::PasskeyNeeded => words(S::FORBIDDEN, "passkey_needed", ["请用通行密钥登录", "Sign in with your passkey"],
            ["医院要求您的岗位使用两步验证，您的账号已登记通行密钥。", "The hospital asks your role for a second factor, and your account has a passkey."], ["请用已登记通行密钥的设备登录；设备遗失请联系管理员重置。", "Use the device that has the passkey; if it is lost, ask the administrator to reset the second factor."]),
        AppError::PasswordToBeSet => words(S::FORBIDDEN, "password_to_be_set", ["请先设置自己的密码", "Set a password of your own first"],
            ["您用的是初始密码，它只能用来设置自己的密码。", "You have the first password, which is good only for setting one of your own."], ["请在电脑上登录医院工作台，按提示设置。", "Sign in to the hospital console on a computer and follow the steps there."]),
        AppError::InitialPasswordOver => words(S::UNAUTHORIZED, "initial_password_over", ["初始密码已过期", "The first password is too old"],
            ["初始密码只在有限的时间内有效。", "It was good for a limited time only."], ["请联系管理员重新生成。", "Ask the administrator for another one."]),
        AppError::CourierRunOver => words(S::UNAUTHORIZED, "courier_run_over", ["配送任务已结束", "The delivery is over"],
            ["这个链接的包裹都已送完或退回，链接不再打开。", "Every parcel of this link was delivered or has gone back; it opens nothing any more."], ["如有疑问请联系药房。", "Call the pharmacy if something is open."]),
        AppError::BadPharmacyCredential => words(S::UNAUTHORIZED, "bad_credential", ["接口凭证无效", "The credential is not valid"],
            ["凭证不存在、有误或已停用。", "It is unknown, wrong or revoked."], ["请核对配置中的凭证；如已停用，请联系平台管理员。", "Check the credential in the configuration; if it was revoked, ask the administrator for another."]),
        AppError::EnrolmentOff => words(S::CONFLICT, "enrolment_off", ["未开通设备登记", "Enrolment of boxes is off"],
            ["本医院没有让中心签发设备证书。", "This hospital does not let the relay issue certificates for boxes."], ["请管理员在中心的设置 [enrolment] 中开通，或用 certs issue agent 签发。", "Set `[enrolment] key` of the relay's settings, or issue with `certs issue agent`."]),
        AppError::BadEnrolmentCode => words(S::FORBIDDEN, "bad_enrolment_code", ["登记码无效", "The code is not valid"],
            ["登记码有误、已用过，或已超过十分钟。", "The code is wrong, was used, or its ten minutes are over."], ["请核对登记码，或请管理员在会诊台的“设备”页重新生成。", "Check it, or ask the administrator for another one on the console's page Boxes."]),
        AppError::CertificateRequest(error) => { let mut words = words(S::UNPROCESSABLE_ENTITY, "bad_certificate_request", ["证书申请无法受理", "The certificate request cannot be taken"],
            ["申请不完整、密钥不是 P-256，或写有别的名称。", ""], ["请用本产品的终端程序重新登记。", "Enrol again with the box's own program."]); words.detail.1 = format!("{error}."); words }
        AppError::BoxNotEnrolled => words(S::FORBIDDEN, "box_not_enrolled", ["本机未在中心登记", "This box is not enrolled here"],
            ["本机的证书不是由本中心签发的，也没有设备用它连接过。", "This box's certificate was not issued by this relay, and no box ever came in with it."], ["请管理员在会诊台的“设备”页登记这台设备。", "Ask the administrator to enrol it on the console's page Boxes."]),
        AppError::BoxRevoked => words(S::FORBIDDEN, "box_revoked", ["本机证书已被吊销", "The certificate of this box was revoked"],
            ["这台设备已不能连接中心。", "This box may not connect any more."], ["请管理员重新登记这台设备。", "Ask the administrator to enrol it anew."]),
        AppError::Throttled { retry_after } => {
            let seconds = u64::try_from(retry_after.as_secs()).unwrap_or(0).max(1);
            let mut words = words(S::TOO_MANY_REQUESTS, "throttled", ["尝试次数过多", "Too many attempts"], ["", ""], ["请稍后再试。", "Try again later."]);
            words.detail = (format!("请等待 {seconds} 秒。"), format!("Wait {seconds} seconds."));
            words.retry_after_seconds = Some(seconds);
            words
        }
        AppError::NotFound => not_found(),
        AppError::Camera(error) => of_camera(*error),
        AppError::NoRecordingConsent => words(S::CONFLICT, "no_recording_consent", ["住民未同意录像", "No consent to be recorded"],
            ["住民没有签署录像同意书、已撤回，或没有同意录制这次会诊。", "The resident has not signed the consent to recordings, took it back, or did not agree to a recording of this consultation."],
            ["请护士在平板上询问住民并取得同意后再录。", "Ask the nurse to ask the resident on the tablet first."]),
        AppError::AlreadyRecording => words(S::CONFLICT, "already_recording", ["正在录像", "It is being recorded"],
            ["这次会诊已在录像。", "This consultation is being recorded."], ["请先停止正在进行的录像。", "Stop that recording first."]),
        AppError::TooManyRecordings { most } => {
            let mut words = words(S::CONFLICT, "too_many_recordings", ["录像数量已满", "No more recordings"], ["", ""], ["请使用已有的录像。", "Use those that there are."]);
            words.detail = (format!("一次会诊最多 {most} 段录像。"), format!("A consultation has at most {most} recordings."));
            words
        }
        AppError::DamagedRecording => words(S::INTERNAL_SERVER_ERROR, "damaged_recording", ["录像无法读取", "The recording cannot be read"],
            ["录像文件缺失或与保存时不一致。", "Its file is missing, or not what was kept."], ["请联系管理员从备份恢复。", "Ask the administrator to restore it from the backup."]),
        AppError::RecordingDisk(_) => words(S::INTERNAL_SERVER_ERROR, "recording_disk", ["录像暂时无法存取", "Recordings cannot be stored or read now"],
            ["医院存放录像的磁盘可能已满或故障。", "The disk of recordings may be full or broken."], ["请联系管理员；通话不受影响。", "Tell the administrator; the call goes on."]),
        AppError::TooManyStills { most } => {
            let mut words = words(S::CONFLICT, "too_many_stills", ["静帧数量已满", "No more stills"], ["", ""], ["请使用已保存的静帧。", "Use those that are kept."]);
            words.detail = (format!("一次会诊最多 {most} 张静帧。"), format!("A consultation has at most {most} stills."));
            words
        }
        AppError::Forbidden => words(S::FORBIDDEN, "forbidden", ["没有权限", "Not yours to do"],
            ["您的岗位不能进行这项操作。", "Your role may not do this."], ["如需处理，请联系负责的同事。", "Ask the colleague who is responsible."]),
        AppError::Stale { seen, current } => {
            let mut words = words(S::CONFLICT, "stale_version", ["内容已被他人更新", "Somebody else was faster"], ["", ""], ["页面已刷新，请核对后再操作。", "The page shows the newest state; check it and decide again."]);
            words.detail = (format!("您看到的是第 {seen} 版，现在是第 {current} 版。"), format!("You saw version {seen}; it is at version {current} now."));
            words
        }
        AppError::Conflict(conflict) => {
            let mut words = words(S::CONFLICT, "resident_changed", ["档案已被他人修改", "Somebody else changed this record"], ["", ""], ["两种内容都在下方，请逐项选择后再保存；已填写的内容不会丢失。", "Both contents are below: choose for each field and save again; nothing you typed is lost."]);
            words.detail = (format!("您看到的是第 {} 版，现在是第 {} 版，有 {} 项不同。", conflict.seen, conflict.current, conflict.differences.len()),
                format!("You saw version {}; it is at version {} now, and {} fields differ.", conflict.seen, conflict.current, conflict.differences.len()));
            words.conflict = Some(conflict.as_ref().into());
            words
        }
        AppError::AlreadyRegistered { known } => {
            let mut words = words(S::CONFLICT, "already_registered", ["此人已登记", "Registered already"],
                ["这个身份证号已有档案。", "There is a record with this identity number."], ["请打开已有的档案；若在其他养老院，请联系管理员转入。", "Open the record that exists; if it is in another home, ask the administrator to move it here."]);
            let who = known.as_ref().map(|known| known.expose().clone());
            let said = who.map_or_else(|| pair("此身份证号已登记", "This identity number is registered"), |who| (format!("已登记：{who}"), format!("Registered: {who}")));
            words.fields.push(("id_number".to_owned(), said));
            words
        }
        AppError::NotPossible(Refused { event: WRITE_OVER, .. }) => words(S::CONFLICT, "not_possible_now", ["处方已签名，不能再改", "The prescription is signed and stays as it is"],
            ["签名后的处方不能改写。", "What was signed is never written over."], ["如需更改，请用“取消并重开”：原处方取消，另开一张代替。", "To change it, cancel it and write another in its place (\"Cancel and replace\")."]),
        AppError::NotPossible(refused) => {
            let mut words = words(S::CONFLICT, "not_possible_now", ["当前状态不能这样操作", "Not possible in this state"], ["", ""], ["请刷新后查看最新状态。", "Reload to see the present state."]);
            words.detail = ("事情已有新的进展，这一步不再适用。".into(), refused.to_string());
            words
        }
        AppError::Invalid(fields) => {
            let mut words = words(S::UNPROCESSABLE_ENTITY, "invalid_input", ["输入有误", "Input cannot be taken"],
                ["有内容需要更正。", "Some fields need correction."], ["请更正标出的内容后再提交；已填写的内容不会丢失。", "Correct the marked fields and send again; nothing you typed is lost."]);
            words.fields = fields.iter().map(|field| (field.path.clone(), (field.message_zh.clone(), field.message_en.clone()))).collect();
            words
        }
        AppError::Blocked(findings) => with_findings(words(S::UNPROCESSABLE_ENTITY, "blocked_by_safety", ["安全审查未通过，不能签署", "Blocked by the safety checks"],
            ["处方存在禁止项。", "The prescription has findings that can never be signed."], ["请修改处方中标出的内容。", "Change what is marked."]), findings),
        AppError::ReasonNeeded(findings) => with_findings(words(S::UNPROCESSABLE_ENTITY, "reason_needed", ["需要填写理由", "A reason is needed"],
            ["有需要您说明理由的警示，理由会呈现给审方药师。", "Some warnings need your reason, which the pharmacist sees."], ["请填写理由，或修改处方。", "Give the reason, or change the prescription."]), findings),
        AppError::Expired => words(S::CONFLICT, "prescription_expired", ["处方已过有效期", "The prescription has expired"],
            ["有效期已过，不能继续处理。", "Its validity is over; nothing more can be done with it."], ["请联系开方医师重新开具。", "Ask the prescriber for a new one."]),
        AppError::Signature(error) => { let mut words = words(S::UNPROCESSABLE_ENTITY, "signature_refused", ["签名无效", "The signature is not valid"],
            ["签名或签名证书未通过验证。", ""], ["请重新签署；若仍失败，请重新申领签名证书。", "Sign again; if it fails again, renew the signing certificate."]); words.detail.1 = error.to_string(); words }
        AppError::NotSigner => words(S::UNPROCESSABLE_ENTITY, "not_signer", ["签名人不是您", "Signed by somebody else"],
            ["签名证书不属于当前登录的人。", "The signing certificate is not that of the person signed in."], ["请用您本人的签名证书。", "Use your own signing certificate."]),
        AppError::Reauthenticate { minutes } => {
            let mut words = words(S::FORBIDDEN, "reauthenticate", ["请再次确认身份", "Confirm that it is you"], ["", ""],
                ["请输入您的密码；已填写的内容不会丢失。", "Enter your password; nothing you typed is lost."]);
            words.detail = (format!("此操作需要 {minutes} 分钟内确认过身份。"), format!("This asks for a proof within {minutes} minutes of who you are."));
            words
        }
        AppError::Licence(LicenceGap::Over { on }) => {
            let mut words = words(S::CONFLICT, "licence_expired", ["执业证已过有效期，不能签名", "The licence is over: nothing can be signed"], ["", ""],
                ["请联系管理员登记新的有效期；草稿已保存。", "Ask the administrator to record the new licence; the draft is kept."]);
            words.detail = (format!("执业证有效期至 {on}。"), format!("It was good until {on}."));
            words
        }
        AppError::Licence(gap) => {
            let mut words = words(S::CONFLICT, "licence_not_recorded", ["执业证没有登记，不能签名", "The licence is not on record: nothing can be signed"], ["", ""],
                ["请联系管理员在“人员”页登记您的执业证；草稿已保存。", "Ask the administrator to record your licence on the page Staff; the draft is kept."]);
            words.detail = what_is_missing(*gap);
            words
        }
        AppError::LicenceIncomplete(gap) => licence_incomplete(*gap),
        AppError::SigningKeyNotInForce(state) => signing_key_not_in_force(*state),
        AppError::Document(error) => { let mut words = words(S::CONFLICT, "document_changed", ["签署内容已变化", "What was signed is not what is to be signed"],
            ["签署的内容与系统中的当前内容不一致。", ""], ["请重新核对并签署。", "Review and sign again."]); words.detail.1 = error.to_string(); words }
        AppError::WrongSecret => words(S::FORBIDDEN, "wrong_secret", ["接单凭证不符", "Wrong acceptance secret"],
            ["凭证与接单时的不一致。", "It is not the secret of the acceptance."], ["请重新打开此订单，系统会取回凭证。", "Open the order again; the secret is recovered for the accepting pharmacy."]),
        AppError::WrongParcelCode { left } => {
            let mut words = words(S::UNPROCESSABLE_ENTITY, "wrong_parcel_code", ["包裹码不符", "Wrong parcel code"], ["", ""],
                ["请核对包裹标签上的包裹码。", "Check the code on the parcel's label."]);
            words.detail = (format!("这不是此包裹的编码。再错 {left} 次，包裹将暂停交付。"), format!("This is not the code of this parcel. After {left} more wrong tries its hand-over is stopped."));
            words
        }
        AppError::Quarantined { reason: QuarantineReason::Identity } => words(S::CONFLICT, "parcel_quarantined", ["包裹已暂停交付", "The hand-over is stopped"],
            ["包裹码多次不符，已通知药房和配送员。", "The code was wrong too often; the pharmacy and the courier have been told."], ["请把包裹交还配送员，等药房放行。", "Give the parcel back to the courier and wait until the pharmacy lets it go on."]),
        AppError::Quarantined { reason: QuarantineReason::Temperature } => words(S::CONFLICT, "parcel_quarantined", ["包裹已暂停交付", "The hand-over is stopped"],
            ["温度超出冷藏范围，已通知药房和配送员。", "Its temperature was out of range; the pharmacy and the courier have been told."], ["请勿使用，等药房决定放行或退回。", "Do not use it; wait until the pharmacy lets it go on or takes it back."]),
        AppError::Quarantined { reason: QuarantineReason::Recall } => words(S::CONFLICT, "parcel_quarantined", ["包裹已暂停交付", "The hand-over is stopped"],
            ["包裹内有被召回的批号，已通知药房和配送员。", "A batch in it was called back; the pharmacy and the courier have been told."], ["请勿使用，把包裹交还配送员带回药房。", "Do not use it; give it back to the courier, who brings it to the pharmacy."]),
        AppError::Receipt(error) => { let mut words = words(S::UNPROCESSABLE_ENTITY, "receipt_refused", ["签收单无效", "The receipt is not valid"],
            ["签收单与此包裹、此院或签收人不符，或签收时间不合理。", ""], ["请核对终端的时间后重新清点签收。", "Check the clock of the box, then count and accept again."]); words.detail.1 = error.to_string(); words }
        AppError::Practice(cause) => {
            let mut words = words(S::FORBIDDEN, "too_little_practice", ["执业年限不符合远程会诊要求", "Not enough years of practice for remote care"], ["", ""],
                ["请联系管理员登记执业起始日期；年限不足时，请由同事接诊。", "Ask the administrator to record since when you have practised; until the years are reached a colleague sees the resident."]);
            words.detail = cause.words();
            words
        }
        AppError::CallTooLow(cause) => {
            let action = match cause {
                TooLow::Apart { .. } => ["处方草稿已保存。请进入通话，看到住民后再签署。", "The draft is kept. Join the call, see the resident, then sign."],
                TooLow::Rung { .. } | TooLow::Call { .. } => ["处方草稿已保存。请等通话恢复后再签署；若网络一直不好，请改约线下就诊或另约时间。", "The draft is kept. Sign when the call is better; if the link stays poor, see the resident in person or at another time."],
            };
            let mut words = words(S::CONFLICT, "call_too_low", ["通话质量不足，暂不能签署", "The call shows too little to sign by"], ["", ""], action);
            words.detail = cause.words();
            words
        }
        AppError::NotInProgress => words(S::CONFLICT, "not_in_progress", ["会诊不在进行中", "The consultation is not in progress"],
            ["只有进行中的会诊才能书写。", "Writing is possible only while it is in progress."], ["请先接诊。", "Begin the consultation first."]),
        AppError::WritingTimeOver { hours } => {
            let mut words = words(S::CONFLICT, "writing_time_over", ["已超过开方时限", "Too late to prescribe"], ["", ""],
                ["请发起新的会诊。", "Ask for a new consultation."]);
            words.detail = (format!("会诊结束已超过 {hours} 小时，不能再书写或签署处方。"), format!("The consultation ended more than {hours} hours ago; nothing can be written or signed for it any more."));
            words
        }
        AppError::DoseRecorded { state, at, by } => {
            let mut words = words(S::CONFLICT, "dose_recorded", ["这次用药已有人记录", "This dose is recorded already"], ["", ""],
                ["请先看已有的记录；若记录有误，请在其后更正。", "Read the entry first; if it is wrong, correct it."]);
            let (zh, en) = dose_state(*state);
            let when = clock(*at);
            words.detail = (format!("{by} 已记录：{zh}，{when}。"), format!("{by} recorded: {en}, {when}."));
            words
        }
        AppError::DoseStopped { at, reason } => {
            let mut words = words(S::CONFLICT, "dose_stopped", ["处方已停用，不能再给药", "The course was stopped: do not give it"], ["", ""],
                ["请勿给药；若已服用，请写护理记录并告知医师。", "Do not give it; if it was taken all the same, write a note and tell the prescriber."]);
            let when = clock(*at);
            words.detail = (format!("医师已于 {when} 停用：{}", reason.expose()), format!("Stopped by the prescriber at {when}: {}", reason.expose()));
            words
        }
        AppError::DoseRecalled { batch, authority, others } => {
            let mut words = words(S::CONFLICT, "dose_recalled", ["此药批号已被召回，不能给", "A recalled batch is not given"], ["", ""],
                ["请选“暂停不给”，把药隔离存放，并联系药房换药。", "Hold the dose, set the pack apart, and ask the pharmacy for another one."]);
            words.detail = (format!("批号 {batch} 已被召回（{authority}）。"), format!("Batch {batch} was called back ({authority})."));
            if !others.is_empty() {
                let (zh, en) = (others.join("、"), others.join(", "));
                words.action = (format!("请从另一盒（批号 {zh}）给药，并扫描或输入那一盒的批号；或选“暂停不给”。"), format!("Give it from another pack (batch {en}) and scan or type its batch; or hold the dose."));
            }
            words
        }
        AppError::JointConsultationOff => words(S::CONFLICT, "joint_consultation_off", ["该机构未开通会诊例外", "Joint consultations are off in this home"],
            ["只有管理员开通后，才能登记在场医师。", "A present doctor counts only where the administrator has allowed joint consultations."], ["需要开通请联系管理员；否则请安排线下初诊。", "Ask the administrator, or arrange a visit in person."]),
        AppError::OpenWork(open) => {
            let mut words = words(S::CONFLICT, "record_has_open_work", ["要并入的档案还有未结束的事项", "Something is under way for the record that would be merged away"], ["", ""],
                ["请改为保留这份档案；若两份都有，请先办结或取消这些事项，再合并。", "Keep this record as the one that stands; where both have something under way, end or cancel it first, then merge."]);
            words.detail = still_open("这份档案名下还有", open);
            words
        }
        AppError::OpenWorkInHome(open) => {
            let mut words = words(S::CONFLICT, "resident_has_open_work", ["还不能转到别的养老院", "The resident cannot move yet"], ["", ""],
                ["请先办结或取消这些事项，再转院；预约可在新的养老院重新约。", "End or cancel it first, then move; a new appointment is made in the new home."]);
            words.detail = still_open("原养老院还有未结束的事项", open);
            words
        }
        AppError::SlotTaken => words(S::CONFLICT, "slot_taken", ["这个时间已被预约", "This time is taken"],
            ["刚刚有人预约了同一时间。", "Somebody else has just booked the same time."], ["请另选时间，或加入候补。", "Choose another time, or join the waitlist."]),
        AppError::IdempotencyKeyMissing => of(&Fault::KeyMissing),
        AppError::IdempotencyKeyReused => words(S::UNPROCESSABLE_ENTITY, "idempotency_key_reused", ["重复标识已被使用", "The idempotency key was used before"],
            ["同一标识已用于另一内容的操作。", "The key was used for a command with other content."], ["请刷新页面后再试。", "Reload the page and try again."]),
        AppError::BadCursor => with_detail(bad_request(), "cursor"),
        AppError::Print(crate::print::PrintError::NoFont { .. }) => words(S::SERVICE_UNAVAILABLE, "no_font", ["没有可用的打印字体", "No font to print with"],
            ["服务器没有安装中文字体，无法生成 PDF；内容仍可在页面上查看。", "The relay's machine has no Chinese font, so no PDF can be made; everything is still on the page."], ["请管理员安装软件包 fonts-noto-cjk，或在设置 [print] 中指定字体。", "Ask the administrator to install the package fonts-noto-cjk, or to name a font under [print] in the settings."]),
        AppError::Store(error) => of_store(error),
        AppError::Hash(_) | AppError::Issuing(_) | AppError::Vault(_) | AppError::Answer(_) | AppError::DamagedDocument | AppError::Print(_) => internal(),
    }
}

#[rustfmt::skip]
fn signing_key_not_in_force(state: Option<signing_key::State>) -> Words {
    use signing_key::State;
    let conflict = |code, title, detail, action| words(StatusCode::CONFLICT, code, title, detail, action);
    match state {
        None => conflict("signing_key_unknown", ["签名密钥未登记", "The signing key is not on record"],
            ["此浏览器的签名密钥没有登记。", "Nobody asked for the key of this browser."], ["请在“签名密钥”页登记，并请管理员审核。", "Enrol it on the page of signing keys and ask the administrator to approve it."]),
        Some(State::Requested | State::Approved) => conflict("signing_key_waiting", ["签名密钥待审核", "The signing key waits for approval"],
            ["管理员还没有审核此浏览器的签名密钥。", "The administrator has not approved the key of this browser yet."], ["请联系管理员核对密钥指纹；草稿已保存。", "Ask the administrator to compare the fingerprint; the draft is kept."]),
        Some(State::Refused | State::Revoked) => conflict("signing_key_revoked", ["签名密钥已停用", "The signing key is revoked"],
            ["此浏览器的签名密钥已被拒绝或停用。", "The key of this browser was refused or revoked."], ["请在“签名密钥”页登记新的密钥。", "Enrol a new key on the page of signing keys."]),
    }
}

/// What is still open, in both languages.
fn still_open(zh: &str, open: &[OpenWork]) -> Pair {
    let chinese: Vec<_> = open.iter().map(|kind| kind.zh()).collect();
    let english: Vec<_> = open.iter().map(|kind| kind.en()).collect();
    (format!("{zh}：{}。", chinese.join("、")), format!("Still open: {}.", english.join(", ")))
}

fn clock(at: jiff::civil::DateTime) -> String {
    at.strftime("%m-%d %H:%M").to_string()
}

const fn dose_state(state: yunzhen_domain::machines::dose::State) -> (&'static str, &'static str) {
    use yunzhen_domain::machines::dose::State;
    match state {
        State::Due => ("已撤回", "taken back"),
        State::Given => ("已服", "given"),
        State::Refused => ("拒服", "refused"),
        State::Held => ("暂停", "held"),
        State::Missed => ("漏服", "missed"),
    }
}

#[rustfmt::skip]
fn of_connect(error: &ConnectError) -> Words {
    use StatusCode as S;
    match error {
        ConnectError::Offer { reason } => with_detail(words(S::BAD_REQUEST, "bad_offer", ["浏览器的通话请求无法使用", "The offer cannot be answered"],
            ["", ""], ["请更新浏览器后重试。", "Update the browser and try again."]), reason),
        ConnectError::TooLarge { .. } => of(&Fault::TooLarge),
        ConnectError::RoomFull => words(S::CONFLICT, "room_full", ["通话人数已满", "The call is full"],
            ["参加者已达上限。", "No more people can join."], ["请等有人离开后再加入。", "Join when somebody has left."]),
        ConnectError::Ended => words(S::CONFLICT, "call_ended", ["通话已结束", "The call has ended"],
            ["这次会诊的通话已经结束。", "The call of this consultation is over."], ["请返回列表。", "Go back to the list."]),
        ConnectError::UnknownLeg => not_found(),
        ConnectError::Stopped => stopping(),
    }
}

#[rustfmt::skip]
fn of_store(error: &yunzhen_store::StoreError) -> Words {
    use yunzhen_store::StoreError;
    match error {
        StoreError::DiskFull => words(StatusCode::INSUFFICIENT_STORAGE, "disk_full", ["服务器磁盘已满", "The relay's disk is full"],
            ["内容未能保存。", "Nothing was saved."], ["请通知管理员清理磁盘；您的内容仍在页面上。", "Tell the administrator to free disk space; what you typed is still here."]),
        StoreError::Stale { .. } => words(StatusCode::CONFLICT, "stale_version", ["内容已被他人更新", "Somebody else was faster"],
            ["同时有人更新了同一内容。", "Somebody changed the same record at the same time."], ["请核对最新内容后再操作。", "Check the newest state and decide again."]),
        _ => { let mut words = internal(); words.status = StatusCode::SERVICE_UNAVAILABLE; words.code = "store_unavailable"; words.retry_after_seconds = Some(1); words }
    }
}

#[rustfmt::skip]
fn licence_incomplete(gap: LicenceGap) -> Words {
    let mut words = words(StatusCode::CONFLICT, "licence_not_recorded", ["请先登记执业证", "Record the licence first"], ["", ""],
        ["请在“人员”页登记此人的执业证号、执业机构和执业范围，药师还有有效期，再通过密钥。", "Record number, hospital and specialty of the person's licence, of a pharmacist also its end, on the page Staff, and then approve the key."]);
    words.detail = what_is_missing(gap);
    words
}

#[rustfmt::skip]
fn what_is_missing(gap: LicenceGap) -> Pair {
    match gap {
        LicenceGap::Nothing => pair("执业证号、执业机构和执业范围没有登记，药师还有有效期。", "Number, hospital and specialty of the licence are not on record, of a pharmacist also its end."),
        LicenceGap::NoEnd => pair("药师的注册有有效期，但没有登记到期日。", "A pharmacist's registration has an end, and none is on record."),
        LicenceGap::Over { on } => (format!("登记的执业证有效期至 {on}，已过期。"), format!("The licence on record was good until {on}.")),
    }
}

#[rustfmt::skip]
fn unauthenticated() -> Words {
    words(StatusCode::UNAUTHORIZED, "unauthenticated", ["请登录", "Please sign in"],
        ["没有登录，或登录已过期。", "Not signed in, or the session has ended."], ["请重新登录；未提交的内容仍在页面上。", "Sign in again; what you typed is still here."])
}

#[rustfmt::skip]
fn not_found() -> Words {
    words(StatusCode::NOT_FOUND, "not_found", ["没有找到", "Not found"],
        ["内容不存在，或您无权查看。", "It does not exist, or it is not for you to see."], ["请返回列表重新选择。", "Go back to the list and choose again."])
}

#[rustfmt::skip]
fn bad_request() -> Words {
    words(StatusCode::BAD_REQUEST, "bad_request", ["请求无法识别", "The request cannot be read"], ["", ""], ["请刷新页面后再试。", "Reload the page and try again."])
}

#[rustfmt::skip]
fn stopping() -> Words {
    let mut words = words(StatusCode::SERVICE_UNAVAILABLE, "stopping", ["服务正在重启", "The relay is restarting"],
        ["马上恢复。", "It is back in a moment."], ["页面会自动重试。", "The page tries again by itself."]);
    words.retry_after_seconds = Some(2);
    words
}

#[rustfmt::skip]
fn internal() -> Words {
    words(StatusCode::INTERNAL_SERVER_ERROR, "internal", ["服务暂时无法完成", "The relay cannot do this now"],
        ["内容未能保存。", "Nothing was saved."], ["请稍后再试；若仍失败，请通知管理员。", "Try again in a moment; if it fails again, tell the administrator."])
}

fn with_detail(mut words: Words, detail: &str) -> Words {
    words.detail = (format!("无法处理：{detail}"), detail.to_owned());
    words
}

fn with_findings(mut words: Words, findings: &[yunzhen_domain::safety::Finding]) -> Words {
    words.fields = findings
        .iter()
        .map(|finding| {
            let path = finding
                .item_no
                .map_or_else(|| "prescription".to_owned(), |no| format!("items[{}]", no.saturating_sub(1)));
            (path, (finding.message_zh.clone(), finding.message_en.clone()))
        })
        .collect();
    words
}
