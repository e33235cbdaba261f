//! The hand-over summary that goes with a referred resident: what a doctor who has never seen the resident needs in the first minutes. Pure: records in,
//! a sheet out. Headings are in the reader's language; what people wrote stays as they wrote it.

use crate::formulary::Formulary;
use crate::records::{Consultation, ConsultationNote, Home, Observation, Referral, Resident, Sex, Staff, Urgency};
use crate::sheet::{Row, Section, Sheet};
use crate::vitals::{self, unit_words};
use jiff::Timestamp;
use jiff::civil::Date;

/// The records that it is made of.
#[derive(Debug, Clone, Copy)]
pub struct HandOver<'a> {
    /// The referral.
    pub referral: &'a Referral,
    /// Who is referred.
    pub resident: &'a Resident,
    /// From where.
    pub home: &'a Home,
    /// Who refers.
    pub specialist: Option<&'a Staff>,
    /// The newest reading of each measure.
    pub observations: &'a [Observation],
    /// The consultation that led to it.
    pub consultation: Option<&'a Consultation>,
    /// Its note.
    pub note: Option<&'a ConsultationNote>,
    /// Names of diagnoses, and the English ones of medicines and allergens.
    pub formulary: &'a Formulary,
    /// When the summary is made.
    pub made_at: Timestamp,
    /// In English; else in Chinese.
    pub english: bool,
}

impl HandOver<'_> {
    /// The summary.
    pub fn sheet(&self) -> Sheet {
        let r = self.resident;
        Sheet {
            title: self.t("转诊交接摘要", "Hand-over summary").to_owned(),
            subtitle: format!("{} · {} · {}", r.name.expose(), self.home.name, self.moment(self.made_at)),
            language: self.t("zh-CN", "en"),
            sections: vec![
                self.identity(),
                self.allergies(),
                self.reason(),
                self.vital_signs(),
                self.conditions(),
                self.medicines(),
                self.visit(),
                self.appointment(),
            ],
            footer: format!("{} · {}", self.t("转诊交接摘要", "Hand-over summary"), r.name.expose()),
            missing_heading: self.t(
                "以下字符所用字体中没有，正文以编码标出，请核对原记录",
                "No font has these characters; the text shows their codes, check them against the record",
            ),
        }
    }

    const fn t(&self, zh: &'static str, en: &'static str) -> &'static str {
        if self.english { en } else { zh }
    }

    /// The clock of the home, with its offset: the paper leaves the home.
    fn moment(&self, at: Timestamp) -> String {
        let local = at.to_zoned_datetime(self.home.zone.rules().clone());
        local.strftime("%Y-%m-%d %H:%M (UTC%:z)").to_string()
    }

    fn diagnosis(&self, code: &str) -> String {
        match self.formulary.diagnosis(code) {
            Some(d) if self.english => format!("{} {code}", d.display_en),
            Some(d) => format!("{} {code}", d.display_zh),
            None => code.to_owned(),
        }
    }

    fn since(&self, day: Date) -> String {
        if self.english { format!("since {day}") } else { format!("{day} 起") }
    }

    fn unit<'u>(&self, ucum: &'u str) -> &'u str {
        let (zh, en) = unit_words(ucum);
        if self.english { en } else { zh }
    }

    fn nothing(&self) -> Row {
        Row::Text(self.t("无记录", "Nothing on record").to_owned())
    }

    fn identity(&self) -> Section {
        let r = self.resident;
        let sex = match r.sex {
            Sex::Female => self.t("女", "female"),
            Sex::Male => self.t("男", "male"),
        };
        let age = r.age(self.home.zone.date(self.made_at));
        let years = self.t("岁", "years");
        let mut rows = vec![
            Row::Pair(self.t("姓名", "Name"), r.name.expose().clone()),
            Row::Pair(self.t("性别、年龄", "Sex, age"), format!("{sex}, {age} {years} ({})", r.birth_date)),
            Row::Pair(self.t("身份证号", "Identity number"), r.id_number.masked()),
            Row::Pair(self.t("机构、床位", "Home, bed"), format!("{} {}", self.home.name, r.bed)),
            Row::Pair(self.t("护理站", "Nurses' station"), format!("{} {}", self.home.address, self.home.phone)),
        ];
        let contact = |c: &crate::records::Contact| format!("{} {} {}", c.name, c.relation, c.phone);
        rows.extend(r.contacts.iter().map(|c| Row::Pair(self.t("联系人", "Contact"), contact(c))));
        Section { heading: self.t("身份", "Identity"), rows }
    }

    fn allergies(&self) -> Section {
        use crate::records::AllergySeverity as S;
        let r = self.resident;
        let severity = |s| match s {
            S::Mild => self.t("轻", "mild"),
            S::Moderate => self.t("中", "moderate"),
            S::Severe => self.t("重", "severe"),
        };
        let row = |a: &crate::records::AllergyRecord| {
            let english = if self.english { self.formulary.allergen_en(a) } else { None };
            let substance = english.as_deref().unwrap_or(&a.substance);
            Row::Alert(format!("{substance}: {} ({})", a.reaction, severity(a.severity)))
        };
        let rows = match (r.allergies.is_empty(), r.allergies_asked) {
            (false, _) => r.allergies.iter().map(row).collect(),
            (true, true) => vec![Row::Text(self.t("询问过，无已知过敏", "Asked; none known").to_owned())],
            // Silence is not "none".
            (true, false) => vec![Row::Alert(self.t("未询问过敏史", "Nobody asked about allergies").to_owned())],
        };
        Section { heading: self.t("过敏", "Allergies"), rows }
    }

    fn reason(&self) -> Section {
        let r = self.referral;
        let urgency = match r.urgency {
            Urgency::Urgent => Row::Alert(self.t("紧急", "Urgent").to_owned()),
            Urgency::Routine => Row::Text(self.t("常规", "Routine").to_owned()),
        };
        let mut rows = vec![urgency, Row::Text(r.reason.expose().clone())];
        if let Some(code) = &r.diagnosis_code {
            rows.push(Row::Pair(self.t("诊断", "Diagnosis"), self.diagnosis(code)));
        }
        rows.push(Row::Pair(self.t("转往", "To"), format!("{} {}", r.hospital, r.department)));
        if let Some(s) = self.specialist {
            let text = [Some(&s.name), s.title.as_ref(), s.hospital.as_ref()];
            let text: Vec<&str> = text.into_iter().flatten().map(String::as_str).collect();
            rows.push(Row::Pair(self.t("转诊医师", "Referred by"), text.join(" ")));
        }
        for q in r.questions.expose() {
            rows.push(Row::Pair(self.t("医院提问", "Asked"), q.question.clone()));
            let open = || self.t("尚未答复", "Not answered yet").to_owned();
            rows.push(Row::Pair(self.t("答复", "Answered"), q.answer.clone().unwrap_or_else(open)));
        }
        Section { heading: self.t("转诊原因", "Reason for referral"), rows }
    }

    fn vital_signs(&self) -> Section {
        let row = |o: &Observation| {
            let sign = vitals::find(&o.code);
            let name = sign.map_or(o.code.as_str(), |v| self.t(v.name_zh, v.name_en));
            let value = sign
                .and_then(|v| v.word(o.value))
                .map_or_else(|| format!("{} {}", o.value, self.unit(&o.unit)), |(zh, en)| self.t(zh, en).to_owned());
            let text = format!("{name}: {value} · {}", self.moment(o.measured_at));
            if sign.is_some_and(|v| v.is_out_of_range(o.value)) {
                Row::Alert(format!("{text} · {}", self.t("超出常规范围", "out of range")))
            } else {
                Row::Text(text)
            }
        };
        let mut rows: Vec<Row> = self.observations.iter().map(row).collect();
        if rows.is_empty() {
            rows.push(self.nothing());
        }
        Section { heading: self.t("最近生命体征", "Last vital signs"), rows }
    }

    fn conditions(&self) -> Section {
        let row = |c: &crate::records::Condition| {
            let name = if self.english { &c.display_en } else { &c.display_zh };
            Row::Text(format!("{name} {} · {}", c.code, self.since(c.since)))
        };
        let mut rows: Vec<Row> = self.resident.conditions.iter().map(row).collect();
        if rows.is_empty() {
            rows.push(self.nothing());
        }
        Section { heading: self.t("既往诊断", "Conditions"), rows }
    }

    fn medicines(&self) -> Section {
        let row = |m: &crate::records::Medicine| {
            let english = if self.english { self.formulary.medicine_en(m) } else { None };
            let name = english.as_deref().unwrap_or(&m.name);
            Row::Text(format!("{name} · {} · {}", m.dose_text, self.since(m.since)))
        };
        let mut rows: Vec<Row> = self.resident.medicines.iter().map(row).collect();
        if rows.is_empty() {
            rows.push(self.nothing());
        }
        Section { heading: self.t("目前用药", "Medicines"), rows }
    }

    fn visit(&self) -> Section {
        let mut rows = Vec::new();
        if let Some(c) = self.consultation {
            rows.push(Row::Pair(self.t("会诊原因", "Asked for because"), c.reason.expose().clone()));
            if let Some(at) = c.began_at {
                rows.push(Row::Pair(self.t("开始", "Began"), self.moment(at)));
            }
            if let Some(at) = c.ended_at {
                rows.push(Row::Pair(self.t("结束", "Ended"), self.moment(at)));
            }
        }
        if let Some(note) = self.note {
            rows.extend(note.text.expose().lines().map(|line| Row::Text(line.to_owned())));
            if let Some(code) = &note.diagnosis_code {
                rows.push(Row::Pair(self.t("会诊诊断", "Diagnosis of the visit"), self.diagnosis(code)));
            }
        }
        if rows.is_empty() {
            rows.push(self.nothing());
        }
        Section { heading: self.t("本次远程会诊", "Remote consultation of this visit"), rows }
    }

    fn appointment(&self) -> Section {
        let rows = match &self.referral.appointment {
            None => vec![Row::Text(self.t("尚未预约", "Not booked yet").to_owned())],
            Some(a) => {
                let mut rows = vec![
                    Row::Pair(self.t("时间", "When"), self.moment(a.at)),
                    Row::Pair(self.t("地点", "Where"), format!("{} {}", a.department, a.place)),
                ];
                let optional = [(self.t("医师", "Doctor"), &a.doctor), (self.t("注意", "Mind"), &a.instruction)];
                rows.extend(optional.into_iter().filter_map(|(label, text)| Some(Row::Pair(label, text.clone()?))));
                rows
            }
        };
        Section { heading: self.t("医院预约", "Hospital appointment"), rows }
    }
}
