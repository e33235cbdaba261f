//! What a nurse is told of a dose that would break the bound of what is taken when needed. Not here: the bound itself ([`yunzhen_domain::doses::broken`]).

use yunzhen_domain::doses::Bound;
use yunzhen_domain::schedule::Zone;

use crate::app::AppError;

/// One more is not given now; times are by the clock of the home.
pub(super) fn beyond(bound: Bound, zone: &Zone) -> AppError {
    let (zh, en) = match bound {
        Bound::Day { most } => (
            format!("24 小时内最多 {most} 次，已达上限；如仍需要，请联系医师"),
            format!("At most {most} within 24 hours; if more is needed, call the prescriber"),
        ),
        Bound::Apart { hours, from } => {
            let from = zone.rules().to_datetime(from).strftime("%m-%d %H:%M").to_string();
            let unit = if hours == 1 { "hour" } else { "hours" };
            let en = "if it is needed now, call the prescriber";
            (
                format!("两次至少间隔 {hours} 小时，{from} 以后可再给；如现在需要，请联系医师"),
                format!("At least {hours} {unit} apart: again from {from}; {en}"),
            )
        }
    };
    AppError::invalid("at", zh, en)
}
