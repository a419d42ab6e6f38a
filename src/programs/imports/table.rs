//! A file as rows of text: encoding, separator, quotes, sections.

use crate::error::{Error, Result};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

/// How the bytes of a file are letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// What German spreadsheets still write.
    Windows1252,
    /// UTF-16, which is refused.
    Utf16,
}

/// What `0x80..=0x9F` are in Windows-1252; the rest is Latin-1. Unused places read as the control characters they are.
const WINDOWS: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

impl Encoding {
    /// Letters of a cell, trimmed.
    pub fn text(self, bytes: &[u8]) -> String {
        let text = match self {
            Self::Windows1252 => bytes
                .iter()
                .map(|b| match b {
                    0x80..=0x9f => WINDOWS.get(usize::from(b - 0x80)).copied().unwrap_or(' '),
                    other => char::from(*other),
                })
                .collect(),
            _ => String::from_utf8_lossy(bytes).into_owned(),
        };
        text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').to_owned()
    }
}

/// What was found out about a file before its rows are read.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// Letters.
    pub encoding: Encoding,
    /// Separator of cells.
    pub separator: u8,
}

/// Reads the whole file once and finds out how it is written.
///
/// # Errors
/// When the file cannot be read.
pub fn shape_of(path: &Path) -> Result<Shape> {
    let mut file = File::open(path).map_err(Error::internal)?;
    let mut sample = Vec::new();
    let mut buffer = vec![0_u8; 64 * 1024];
    let mut carry: Vec<u8> = Vec::new();
    let mut utf8 = true;
    loop {
        let n = file.read(&mut buffer).map_err(Error::internal)?;
        if n == 0 {
            break;
        }
        let chunk = &buffer[..n];
        if sample.len() < 64 * 1024 {
            sample.extend_from_slice(chunk);
        }
        if !utf8 {
            break;
        }
        carry.extend_from_slice(chunk);
        match std::str::from_utf8(&carry) {
            Ok(_) => carry.clear(),
            Err(e) if e.error_len().is_none() => carry = carry.split_off(e.valid_up_to()),
            Err(_) => utf8 = false,
        }
    }
    let wide = sample.starts_with(&[0xff, 0xfe]) || sample.starts_with(&[0xfe, 0xff]) || sample.contains(&0);
    let encoding = if wide {
        Encoding::Utf16
    } else if utf8 && carry.is_empty() {
        Encoding::Utf8
    } else {
        Encoding::Windows1252
    };
    Ok(Shape { encoding, separator: separator_of(&sample) })
}

/// The separator under which most rows have the same, largest number of cells.
fn separator_of(sample: &[u8]) -> u8 {
    let mut best = (b',', 0);
    for separator in *b",;\t" {
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(sample);
        let mut widths: Vec<usize> = Vec::new();
        let mut record = csv::ByteRecord::new();
        while widths.len() < 50 && reader.read_byte_record(&mut record).unwrap_or(false) {
            if !is_section(&record) {
                widths.push(record.len());
            }
        }
        let mut score = 0;
        for width in widths.iter().filter(|w| **w > 1) {
            score = score.max(width * widths.iter().filter(|w| *w == width).count());
        }
        if score > best.1 {
            best = (separator, score);
        }
    }
    best.0
}

fn is_section(record: &csv::ByteRecord) -> bool {
    record.get(0).is_some_and(|f| f.trim_ascii().starts_with(b"[["))
}

/// The rows of a file, one after the other.
pub struct Rows {
    reader: csv::Reader<BufReader<File>>,
    encoding: Encoding,
    record: csv::ByteRecord,
}

/// One row.
#[derive(Debug)]
pub struct Line {
    /// Line of the file, from 1.
    pub number: u64,
    /// Its cells, trimmed.
    pub cells: Vec<String>,
}

impl Line {
    /// The name of the section that begins here.
    pub fn section(&self) -> Option<&str> {
        self.cells.first()?.strip_prefix("[[")?.split("]]").next()
    }

    /// Whether every cell is empty: the foot of many spreadsheets.
    pub fn is_empty(&self) -> bool {
        self.cells.iter().all(String::is_empty)
    }
}

impl Rows {
    /// Opens a file.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(path: &Path, shape: Shape) -> Result<Self> {
        let file = BufReader::with_capacity(256 * 1024, File::open(path).map_err(Error::internal)?);
        let reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(shape.separator).from_reader(file);
        Ok(Self { reader, encoding: shape.encoding, record: csv::ByteRecord::new() })
    }
}

impl Iterator for Rows {
    type Item = Result<Line>;
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.reader.read_byte_record(&mut self.record) {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => return Some(Err(Error::internal(error))),
            }
            let number = self.record.position().map_or(0, csv::Position::line);
            let cells = self.record.iter().map(|c| self.encoding.text(c)).collect();
            let line = Line { number, cells };
            if !line.is_empty() {
                return Some(Ok(line));
            }
        }
    }
}
