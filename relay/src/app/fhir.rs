//! The records as FHIR R4, for reading: search and read. What a reader sees is exactly what the access table gives for the records beneath, and each
//! record that is answered is a read in the audit log. Not here: what a record is in FHIR (`yunzhen_domain::fhir`), and HTTP.

mod show;
mod sources;

use yunzhen_domain::access::may_try;
use yunzhen_domain::fhir::search::Search;
use yunzhen_domain::fhir::{Kind, Resource};
use yunzhen_store::{Cursor, Db, Paging, residents};

use self::show::Show;
use self::sources::{Narrow, Record, Source, find, page, sources};
use super::names::Names;
use super::reads::Seen;
use super::relations::Ties;
use super::work::authorize;
use super::{App, AppError, Context};

/// Records read at once.
const ROWS: u32 = 100;
/// Records that one search looks through; the next page goes on there.
const MOST_ROWS: usize = 500;

/// A page of a search.
#[derive(Debug)]
pub struct Found {
    /// What was asked for, as far as the caller may see it.
    pub resources: Vec<Resource>,
    /// Where it goes on.
    pub next: Option<String>,
}

/// Where a page begins: in which source, after which record, and how many resources of the record after it were told already.
#[derive(Debug, Clone, Copy, Default)]
struct Mark {
    source: usize,
    after: Option<Cursor>,
    told: usize,
}

impl std::fmt::Display for Mark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.source, self.told)?;
        self.after.map_or(Ok(()), |cursor| write!(f, ".{cursor}"))
    }
}

impl std::str::FromStr for Mark {
    type Err = AppError;
    fn from_str(text: &str) -> Result<Self, AppError> {
        let mut parts = text.splitn(3, '.');
        let mut number = || parts.next().and_then(|part| part.parse().ok()).ok_or(AppError::BadCursor);
        let (source, told) = (number()?, number()?);
        let after = parts.next().map(str::parse).transpose().map_err(|_| AppError::BadCursor)?;
        Ok(Self { source, after, told })
    }
}

/// Whether the caller can search for a kind at all. That a kind is served is public, so a role that never reads it hears so; single resources stay hidden.
pub fn may_search(ctx: &Context, kind: Kind) -> Result<(), AppError> {
    if may_try(&ctx.actor, kind.actions()[0]) { Ok(()) } else { Err(AppError::Forbidden) }
}

/// What the caller may see of what is asked for, newest first.
pub async fn search(app: &App, ctx: &Context, kind: Kind, search: &Search) -> Result<Found, AppError> {
    may_search(ctx, kind)?;
    let mut db = app.store.read().await?;
    let ties = Ties::to_those(&mut db, ctx, []).await?;
    let residents = match search.patient {
        Some(id) => match residents::standing_id(&mut db, id).await? {
            Some(standing) => residents::group(&mut db, standing).await?,
            None => return Ok(Found { resources: Vec::new(), next: None }),
        },
        None => Vec::new(),
    };
    let narrow = Narrow { home: ctx.actor.home_id(), pharmacy: ctx.actor.pharmacy_id(), residents };
    let names = Names::default();
    let mut reading =
        Reading { kind, ties, seen: Seen::default(), show: Show { app, ctx, names, only: &narrow.residents } };
    let found = if search.ids.is_empty() {
        reading.through(&mut db, &narrow, search).await?
    } else {
        reading.named(&mut db, search).await?
    };
    let Reading { seen, .. } = reading;
    drop(db);
    seen.tell(app, ctx).await?;
    Ok(found)
}

/// One resource by its id.
pub async fn read(app: &App, ctx: &Context, kind: Kind, id: &str) -> Result<Resource, AppError> {
    let mut db = app.store.read().await?;
    let (source, record) = find(&mut db, kind, id).await?.ok_or(AppError::NotFound)?;
    let ties = match record.resident() {
        Some(resident) => Ties::to(&mut db, ctx, resident).await?,
        None => Ties::to_those(&mut db, ctx, []).await?,
    };
    let facts = record.facts(ctx, &ties);
    authorize(ctx, source.actions(kind)[1], &facts)?;
    let mut show = Show { app, ctx, names: Names::default(), only: &[] };
    let resources = show.resources(&mut db, kind, &record).await?;
    let resource = resources.into_iter().find(|resource| resource.id == id).ok_or(AppError::NotFound)?;
    drop(db);
    if let Some((kind, entity, home, purpose)) = record.seen(&ties, &facts) {
        Seen::of(kind, entity, home, purpose).tell(app, ctx).await?;
    }
    Ok(resource)
}

struct Reading<'a> {
    kind: Kind,
    ties: Ties,
    seen: Seen,
    show: Show<'a>,
}

impl Reading<'_> {
    /// The resources of a record that match, when the caller may see the record.
    async fn of(
        &mut self,
        db: &mut Db,
        source: Source,
        record: &Record,
        search: &Search,
    ) -> Result<Vec<Resource>, AppError> {
        let facts = record.facts(self.show.ctx, &self.ties);
        if authorize(self.show.ctx, source.actions(self.kind)[0], &facts).is_err() {
            return Ok(Vec::new());
        }
        let mut resources = self.show.resources(db, self.kind, record).await?;
        resources.retain(|resource| search.matches(resource));
        Ok(resources)
    }

    fn saw(&mut self, record: &Record) {
        let facts = record.facts(self.show.ctx, &self.ties);
        if let Some((kind, entity, home, purpose)) = record.seen(&self.ties, &facts) {
            self.seen.add_of(kind, entity, home, purpose);
        }
    }

    /// Through the sources from where the page before ended.
    async fn through(&mut self, db: &mut Db, narrow: &Narrow, search: &Search) -> Result<Found, AppError> {
        let mut mark: Mark = search.page.as_deref().map(str::parse).transpose()?.unwrap_or_default();
        let (mut found, mut rows) = (Vec::new(), 0);
        while let Some(source) = sources(self.kind).get(mark.source).copied() {
            if !may_try(&self.show.ctx.actor, source.actions(self.kind)[0]) {
                mark = Mark { source: mark.source + 1, ..Mark::default() };
                continue;
            }
            if rows >= MOST_ROWS {
                return Ok(Found { resources: found, next: Some(mark.to_string()) });
            }
            let slice = page(db, source, narrow, Paging::newest(ROWS).after(mark.after)).await?;
            rows += slice.items.len();
            let of = slice.items.iter().filter_map(|(_, record)| record.resident());
            self.ties.also_to(db, of).await?;
            for (cursor, record) in &slice.items {
                let matching = self.of(db, source, record, search).await?;
                let room = search.count - found.len();
                let fresh: Vec<_> = matching.into_iter().skip(mark.told).collect();
                if fresh.is_empty() {
                    mark = Mark { after: Some(*cursor), told: 0, ..mark };
                    continue;
                }
                if room == 0 {
                    return Ok(Found { resources: found, next: Some(mark.to_string()) });
                }
                self.saw(record);
                let more = fresh.len() > room;
                found.extend(fresh.into_iter().take(room));
                if more {
                    mark.told += room;
                    return Ok(Found { resources: found, next: Some(mark.to_string()) });
                }
                mark = Mark { after: Some(*cursor), told: 0, ..mark };
            }
            if slice.next.is_none() {
                mark = Mark { source: mark.source + 1, ..Mark::default() };
            }
        }
        Ok(Found { resources: found, next: None })
    }

    /// The resources with the ids that are asked for; they fit on one page.
    async fn named(&mut self, db: &mut Db, search: &Search) -> Result<Found, AppError> {
        let mut found = Vec::new();
        let mut ids = search.ids.clone();
        ids.sort();
        ids.dedup();
        for id in &ids {
            let Some((source, record)) = find(db, self.kind, id).await? else { continue };
            let of_patient = |resident| self.show.only.is_empty() || self.show.only.contains(&resident);
            if !record.resident().is_none_or(of_patient) {
                continue;
            }
            let one = search.of_id(id);
            self.ties.also_to(db, record.resident()).await?;
            let matching = self.of(db, source, &record, &one).await?;
            if !matching.is_empty() {
                self.saw(&record);
                found.extend(matching);
            }
        }
        Ok(Found { resources: found, next: None })
    }
}
