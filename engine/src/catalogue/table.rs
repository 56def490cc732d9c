//! Reads the CSV tables of the catalogue: fields by name, errors with their line.

use crate::catalogue::CatalogueError;
use std::str::FromStr;

/// One table, read row by row.
pub(super) struct Table<'a> {
    name: &'static str,
    columns: csv::StringRecord,
    reader: csv::Reader<&'a [u8]>,
}

/// One row of a table, with the place to blame.
pub(super) struct Row<'t> {
    table: &'static str,
    columns: &'t csv::StringRecord,
    record: &'t csv::StringRecord,
}

impl<'a> Table<'a> {
    pub(super) fn read(name: &'static str, text: &'a str) -> Result<Self, CatalogueError> {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let columns = reader.headers().map_err(|e| csv_error(name, &e))?.clone();
        Ok(Self { name, columns, reader })
    }

    /// The position of a column, to look it up once.
    pub(super) fn column(&self, name: &str) -> Result<usize, CatalogueError> {
        self.columns.iter().position(|c| c == name).ok_or_else(|| CatalogueError::Table {
            table: self.name,
            line: 1,
            problem: format!("no column `{name}`"),
        })
    }

    /// The positions of several columns.
    pub(super) fn columns<const N: usize>(&self, names: [&str; N]) -> Result<[usize; N], CatalogueError> {
        let mut positions = [0; N];
        for (position, name) in positions.iter_mut().zip(names) {
            *position = self.column(name)?;
        }
        Ok(positions)
    }

    /// Hands each row to `each`, in order.
    pub(super) fn rows(
        &mut self,
        mut each: impl FnMut(Row<'_>) -> Result<(), CatalogueError>,
    ) -> Result<(), CatalogueError> {
        let mut record = csv::StringRecord::new();
        while self.reader.read_record(&mut record).map_err(|e| csv_error(self.name, &e))? {
            each(Row { table: self.name, columns: &self.columns, record: &record })?;
        }
        Ok(())
    }
}

impl Row<'_> {
    /// A field as it is; empty where the table says nothing.
    pub(super) fn text(&self, column: usize) -> &str {
        self.record.get(column).unwrap_or_default()
    }

    /// A field that must be there.
    pub(super) fn value<T: FromStr>(&self, column: usize) -> Result<T, CatalogueError> {
        self.text(column).parse().ok().ok_or_else(|| self.error(column))
    }

    /// A field that may be empty.
    pub(super) fn optional<T: FromStr>(&self, column: usize) -> Result<Option<T>, CatalogueError> {
        if self.text(column).is_empty() { Ok(None) } else { self.value(column).map(Some) }
    }

    /// `1` or `0`; empty is no.
    pub(super) fn flag(&self, column: usize) -> Result<bool, CatalogueError> {
        Ok(self.optional::<u8>(column)?.unwrap_or(0) == 1)
    }

    /// A decimal with up to three decimals, in thousandths: gigabits as megabits. Empty is nothing.
    pub(super) fn thousandths(&self, column: usize) -> Result<u32, CatalogueError> {
        let text = self.text(column);
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        if text.is_empty() {
            return Ok(0);
        }
        let parsed = || {
            let fraction = (fraction.len() <= 3).then(|| format!("{fraction:0<3}"))?.parse::<u32>().ok()?;
            whole.parse::<u32>().ok()?.checked_mul(1000)?.checked_add(fraction)
        };
        parsed().ok_or_else(|| self.error(column))
    }

    /// What to say when a field makes no sense.
    pub(super) fn error(&self, column: usize) -> CatalogueError {
        let column_name = self.columns.get(column).unwrap_or("?");
        self.problem(format!("`{}` is no {column_name}", self.text(column)))
    }

    /// What to say when a row makes no sense.
    pub(super) fn problem(&self, problem: String) -> CatalogueError {
        let line = self.record.position().map_or(0, csv::Position::line);
        CatalogueError::Table { table: self.table, line, problem }
    }
}

fn csv_error(table: &'static str, error: &csv::Error) -> CatalogueError {
    let line = error.position().map_or(0, csv::Position::line);
    CatalogueError::Table { table, line, problem: error.to_string() }
}
