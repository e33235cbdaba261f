//! The page of a box that has no certificate yet: it asks for the code. Plain HTML without a script, so that it works in whatever browser is at hand; both languages,
//! because nobody is signed in who could have chosen one. It is gone once the box is enrolled.
//!
//! Whoever is on the home's network may open it, so nothing on it says which relay is believed: whoever prepared the box did, by the relay's address in its configuration and the
//! authority's certificate in the file `[identity] trust`. A code of another authority is refused before anything is sent; where there is no such file the page takes no code at all
//! and says what to do. A page of another site cannot send the form: it does not know the token in it.

use super::{enrol, home_of};
use crate::config::Config;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::{HeaderMap, Uri, header};
use axum::middleware;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, Notify};
use yunzhen_certs::{CertsError, Trust, tls};
use yunzhen_runtime::lifecycle::Crash;
use yunzhen_runtime::serve::spawn;
use yunzhen_runtime::web::headers::{self, Transport};
use yunzhen_runtime::web::problem::Language;
use yunzhen_runtime::{Lifecycle, clock};

/// Code and token.
const MAX_BODY: usize = 4 * 1024;

/// How long the page waits for the browser to follow the answer to the form. One that does not is told nothing more.
const FOLLOWED: Duration = Duration::from_secs(5);

/// How a code is grouped.
const PLACEHOLDER: &str = "XXXX-XXXX-XXXX-…";

/// The product's mark, as `icon.svg` of the nurse's page.
const MARK: &str = "<svg viewBox=\"0 0 32 32\" width=\"32\" height=\"32\" aria-hidden=\"true\"><rect width=\"32\" height=\"32\" rx=\"7\" fill=\"#0b736f\"/>\
    <path d=\"M16 7v18M7 16h18\" stroke=\"#fff\" stroke-width=\"5\" stroke-linecap=\"round\"/></svg>";

/// The colours and type of the nurse's page (`relay/client/src/theme/tokens.ts`), in the scheme that the device asks for.
const STYLE: &str = "\
    :root{color-scheme:light dark;--page:#f4f6f7;--card:#fff;--line:#d9dfe2;--text:#1d2428;--dimmed:#556066;--field:#7f8b90;--link:#085f5c;--danger:#981c1c;--danger-tint:#fdecec}\
    @media (prefers-color-scheme:dark){:root{--page:#0f1416;--card:#182024;--line:#34403f;--text:#e4eaec;--dimmed:#a5b0b5;--field:#7d8a90;--link:#8ad0cb;--danger:#f5a9a9;--danger-tint:#431616}}\
    body{margin:0;font:18px/1.5 \"Noto Sans SC\",\"Noto Sans CJK SC\",\"PingFang SC\",\"Microsoft YaHei\",system-ui,sans-serif;color:var(--text);background:var(--page)}\
    header{display:flex;align-items:center;gap:12px;padding:12px 16px;font-weight:700;background:var(--card);border-bottom:1px solid var(--line)}\
    header span,h1 span,label span{font-weight:400;color:var(--dimmed)}\
    main{box-sizing:border-box;width:min(36rem,100% - 32px);margin:12vh auto 48px;padding:24px;background:var(--card);border:1px solid var(--line);border-radius:8px}\
    @media (max-width:480px){main{margin-top:24px}}\
    h1{margin:0 0 16px;font-size:1.5rem;line-height:1.3}\
    h1 span{display:block;font-size:1.125rem}\
    p{margin:0 0 12px;overflow-wrap:anywhere}\
    .second{color:var(--dimmed);font-size:1rem}\
    a{color:var(--link)}\
    label{display:block;margin-top:20px;font-weight:600}\
    input:not([type=hidden]){display:block;width:100%;box-sizing:border-box;margin:4px 0 16px;font:inherit;font-family:ui-monospace,monospace;min-height:60px;padding:0 12px;\
    color:inherit;background:var(--card);border:1px solid var(--field);border-radius:8px}\
    input::placeholder{color:var(--dimmed);opacity:1}\
    button{width:100%;margin-top:8px;font:inherit;font-weight:600;min-height:60px;border:0;border-radius:8px;background:#0b736f;color:#fff}\
    input:focus-visible,button:focus-visible,a:focus-visible{outline:3px solid var(--link);outline-offset:2px}\
    .problem{padding:12px 16px;border-radius:8px;color:var(--danger);background:var(--danger-tint)}\
    .problem p:last-child{margin:0}";

/// Why the page cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// Its own TLS.
    #[error(transparent)]
    Tls(#[from] CertsError),
    /// A task of it.
    #[error(transparent)]
    Crash(#[from] Crash),
}

struct Shared {
    config: Config,
    token: String,
    /// The box has its certificate: what is shown says so, and no code is taken.
    is_enrolled: AtomicBool,
    enrolled: Notify,
    /// Somebody was shown that it is.
    told: Notify,
    /// One try at a time.
    trying: Mutex<()>,
}

/// Shows the page until the box is enrolled (`true`) or the program is stopped.
pub async fn until_enrolled(listener: TcpListener, config: &Config) -> Result<bool, PageError> {
    let life = Lifecycle::new();
    let token = clock::random_bytes::<16>().iter().map(|byte| format!("{byte:02x}")).collect();
    let shared = Arc::new(Shared {
        config: config.clone(),
        token,
        is_enrolled: AtomicBool::new(false),
        enrolled: Notify::new(),
        told: Notify::new(),
        trying: Mutex::default(),
    });
    let page = &config.page;
    let tls = match (&page.certificate, &page.key) {
        (Some(certificate), Some(key)) => Some(Arc::new(tls::page_server(certificate, key)?)),
        // Half of it is said when the box starts.
        _ => None,
    };
    let secure = Transport { tls: tls.is_some() || page.behind_tls_proxy };
    spawn(&life, listener, tls, router(shared.clone(), secure), config.limits.options("enrolment page"));
    let over = async {
        shared.enrolled.notified().await;
        if tokio::time::timeout(FOLLOWED, shared.told.notified()).await.is_err() {
            tracing::info!("nobody looked at the page after the enrolment");
        }
    };
    tokio::select! {
        ended = life.run() => ended.map(|()| false).map_err(Into::into),
        () = over => {
            life.stop().await?;
            Ok(true)
        }
    }
}

fn router(shared: Arc<Shared>, secure: Transport) -> Router {
    Router::new()
        .route("/", get(show).post(take))
        .route("/healthz", get(|| async { "not enrolled" }))
        .fallback(async || Redirect::to("/"))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(middleware::from_fn_with_state(secure, headers::secure))
        .with_state(shared)
}

/// What the form sends.
#[derive(Deserialize)]
struct Typed {
    token: String,
    code: String,
}

async fn show(State(shared): State<Arc<Shared>>) -> Response {
    if shared.is_enrolled.load(Ordering::Acquire) {
        shared.told.notify_one();
        return done();
    }
    match believed(&shared.config) {
        Some(_) => form(&shared, None, ""),
        None => unprepared(),
    }
}

/// Whom this box was told to believe. Looked at anew each time: the file may be put there while the page is shown.
fn believed(config: &Config) -> Option<Trust> {
    let trust = Trust::load(&config.identity.trust);
    trust.inspect_err(|error| tracing::warn!(%error, "nobody told this box which relay to believe")).ok()
}

async fn take(State(shared): State<Arc<Shared>>, request: HeaderMap, body: String) -> Response {
    let language = Language::of(&request);
    // A form's body is written as a query is.
    let typed = format!("/?{body}").parse::<Uri>().ok().and_then(|uri| Query::<Typed>::try_from_uri(&uri).ok());
    let Some(Query(typed)) = typed.filter(|typed| typed.token == shared.token) else {
        let stale = "请重新填写 · Please fill this in again";
        return form(&shared, Some(stale), "");
    };
    let Some(believed) = believed(&shared.config) else { return unprepared() };
    let _one_at_a_time = shared.trying.lock().await;
    if shared.is_enrolled.load(Ordering::Acquire) {
        // Pressed twice.
        return Redirect::to("/").into_response();
    }
    let relay = shared.config.relay.enrolment();
    match enrol(&shared.config, &relay, &typed.code, Some(&believed), language).await {
        Ok(facts) => {
            tracing::info!(home = %home_of(&facts), until = %facts.not_after, "this box was enrolled");
            shared.is_enrolled.store(true, Ordering::Release);
            shared.enrolled.notify_one();
            // What is reloaded is a page, and not the form once more at a server that knows no such form.
            Redirect::to("/").into_response()
        }
        Err(error) => {
            tracing::warn!(%error, "this box was not enrolled");
            // One wrong letter is mended, not typed all over.
            form(&shared, Some(&error.words(language)), &typed.code)
        }
    }
}

fn done() -> Response {
    let text = "<h1>已登记，本机正在启动<span lang=\"en\">Enrolled, the box is starting</span></h1>\
                <p><a href=\"/\">打开护士页面 · <span lang=\"en\">Open the nurse's page</span></a></p>";
    let mut answer = page(text);
    // By then it serves the nurse's page.
    answer.headers_mut().insert(header::REFRESH, header::HeaderValue::from_static("6; url=/"));
    answer
}

const TITLE: &str = "<h1>登记本机<span lang=\"en\">Enrol this box</span></h1>";

/// Nothing to type: on a network where anybody may be, nobody is asked whom to believe.
fn unprepared() -> Response {
    page(&format!(
        "{TITLE}\
         <div role=\"alert\" class=\"problem\">\
         <p>本机还不知道该信任哪个中心，因此不接受登记码。请准备本机的人把中心的 systems.pem 放到配置 [identity] trust 所指的位置，再刷新本页；\
         或在本机上运行 clinic-agent enrol --code …。</p>\
         <p lang=\"en\">This box was not told which relay to believe, so it takes no code. Who prepares it puts the relay's systems.pem where [identity] trust of its configuration says, and reloads this page; \
         or runs clinic-agent enrol --code … on the box.</p>\
         </div>",
    ))
}

/// `typed`: what was typed before, so that one wrong letter is mended and not all of it typed again.
fn form(shared: &Shared, problem: Option<&str>, typed: &str) -> Response {
    let problem = problem.map(|words| format!("<p role=\"alert\" class=\"problem\">{}</p>", escaped(words)));
    page(&format!(
        "{TITLE}\
         <p>请管理员在会诊台的“设备”页为本养老院生成登记码，十分钟内在此输入。</p>\
         <p lang=\"en\" class=\"second\">Ask the administrator for a code on the console's page “Boxes”, and enter it here within ten minutes.</p>\
         {}\
         <form method=\"post\" action=\"/\" autocomplete=\"off\">\
         <input type=\"hidden\" name=\"token\" value=\"{}\">\
         <label for=\"code\">登记码 <span lang=\"en\">Code</span></label>\
         <input id=\"code\" name=\"code\" required autofocus maxlength=\"80\" spellcheck=\"false\" autocapitalize=\"characters\" placeholder=\"{PLACEHOLDER}\" value=\"{}\">\
         <p class=\"second\">中心 <span lang=\"en\">Relay</span>: {}</p>\
         <button type=\"submit\">登记 <span lang=\"en\">Enrol</span></button>\
         </form>",
        problem.unwrap_or_default(),
        escaped(&shared.token),
        escaped(typed),
        escaped(&shared.config.relay.enrolment()),
    ))
}

fn page(body: &str) -> Response {
    Html(format!(
        "<!doctype html><html lang=\"zh\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>登记本机 · Enrol this box</title><style>{STYLE}</style></head>\
         <body><header>{MARK}云诊 <span lang=\"en\">Yunzhen</span></header><main>{body}</main></body></html>"
    ))
    .into_response()
}

fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, char| {
        match char {
            '&' | '<' | '>' | '"' | '\'' => {
                // A string takes all.
                let _ = write!(out, "&#{};", u32::from(char));
            }
            other => out.push(other),
        }
        out
    })
}
