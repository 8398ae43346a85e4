//! `[[database]]`.

use super::super::reading::Section;
use super::super::value;
use super::names::Names;
use crate::estate::DeclaredDatabase;

/// The most connections that `PostgreSQL` can be told to take (`max_connections`).
const MOST_CONNECTIONS: u64 = 262_143;

pub(super) fn read(section: &Section<'_>, names: &mut Names<'_>, accounts: &Names<'_>) -> DeclaredDatabase {
    let declared = DeclaredDatabase {
        name: names.claim(section),
        account: section.required("account", |v| accounts.refer(v)),
        region: section.required("region", value::region),
        cluster: section.required("cluster", value::text),
        global: section.optional("global", value::text),
        max_connections: section
            .optional("max_connections", value::whole(1, MOST_CONNECTIONS))
            .and_then(|n| u32::try_from(n).ok()),
    };
    section.close();
    declared
}
