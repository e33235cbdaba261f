//! The offline form of a round: a page that prints on its own. What was written on it is typed into the round's results later, under a key of their own.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use yunzhen_domain::ids::VisitId;
use yunzhen_domain::records::Sex;

use super::{opened, show, views};
use crate::app::views::common::LanguageQuery;
use crate::app::work::{Work, english};
use crate::app::{App, AppError, Context};

/// A page to print.
#[derive(Debug, Clone)]
pub struct Form {
    /// A whole HTML document without anything outside it.
    pub html: String,
    /// How it is called when kept as a file.
    pub file_name: String,
}

/// The form on paper.
pub async fn form(app: &App, ctx: &Context, id: VisitId, query: LanguageQuery) -> Result<Form, AppError> {
    let english = english(&query)?;
    let mut work = Work::unkeyed(app, ctx).await?;
    let visit = opened(&mut work, ctx, id).await?;
    let view = show::full(app, &mut work.tx, ctx, &visit).await?;
    let file_name = format!("visit-{}.html", visit.planned_on);
    let html = page(&view, english).into_string();
    work.finish(()).await?;
    Ok(Form { html, file_name })
}

const STYLE: &str = "
@page { size: A4; margin: 14mm }
body { font: 11pt/1.45 'Noto Sans CJK SC', 'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', sans-serif; color: #000 }
h1 { font-size: 16pt; margin: 0 0 4pt } h2 { font-size: 13pt; margin: 14pt 0 4pt; border-bottom: 1pt solid #000 }
section.stop { border: 1pt solid #000; padding: 6pt 8pt; margin: 6pt 0; break-inside: avoid }
table { width: 100%; border-collapse: collapse; margin-top: 4pt } th, td { border: .6pt solid #555; padding: 3pt 5pt; text-align: left; vertical-align: top }
td.write { height: 34pt; width: 55% } .alert { font-weight: 700 } .line { display: inline-block; min-width: 120pt; border-bottom: .6pt solid #000 }
";

fn page(visit: &views::Visit, english: bool) -> Markup {
    let t = |zh: &'static str, en: &'static str| if english { en } else { zh };
    let doctors: Vec<&str> = visit.summary.doctors.iter().map(|doctor| doctor.name.as_str()).collect();
    html! {
        (DOCTYPE)
        html lang=(t("zh-CN", "en")) {
            head {
                meta charset="utf-8";
                title { (t("上门初诊登记表", "Visit in person: form")) " " (visit.summary.planned_on) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { (t("上门初诊登记表", "Visit in person: form")) }
                p {
                    (visit.summary.hospital) " · " (visit.summary.planned_on) " · " (t("医师", "Doctors")) ": " (doctors.join("、"))
                }
                @if !visit.remark.is_empty() { p { (t("备注", "Remark")) ": " (visit.remark) } }
                @for (n, home) in (1..).zip(&visit.route) {
                    h2 { (n) ". " (home.name) }
                    p { (home.address) " · " (home.phone) }
                    @for stop in &home.stops { (card(stop, english)) }
                }
                p { (t("医师签名", "Doctor's signature")) ": " span.line {} "  " (t("日期", "Date")) ": " span.line {} }
            }
        }
    }
}

fn card(stop: &views::RouteStop, english: bool) -> Markup {
    let t = |zh: &'static str, en: &'static str| if english { en } else { zh };
    let sex = match stop.sex {
        Sex::Female => t("女", "female"),
        Sex::Male => t("男", "male"),
    };
    html! {
        section.stop {
            strong { (stop.bed) "  " (stop.name) } "  " (sex) " " (stop.age) (t(" 岁", " years"))
            @if !stop.allergies.is_empty() {
                p.alert { (t("过敏", "Allergies")) ": " (stop.allergies.join("、")) }
            }
            table {
                tr { th { (t("诊断", "Diagnosis")) } th { (t("确认", "Confirmed")) } th { (t("检查与依据", "Examined, findings")) } }
                @for diagnosis in &stop.diagnoses {
                    tr {
                        td { @if english { (diagnosis.display_en) } @else { (diagnosis.display_zh) } " " (diagnosis.code) }
                        td { @if diagnosis.confirmed { "☑" } @else { "☐" } }
                        td.write {}
                    }
                }
            }
            p {
                "☐ " (t("已见", "Seen")) "   ☐ " (t("未见，原因", "Not seen, because")) ": "
                @if let Some(reason) = &stop.reason { (reason) } @else { span.line {} }
            }
        }
    }
}
