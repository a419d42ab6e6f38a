//! A document for word processors (ECMA-376): styles, headings, lists, tables and real links.

use super::archive::{Entry, archive};
use crate::error::Result;
use crate::i18n::Lang;
use crate::text::blocks::{Block, Shape, Span};
use crate::text::merge::html as escape;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const W: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const R: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const TYPE: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";

/// Writes `blocks` with `title` in the properties.
pub(super) fn docx(blocks: &[Block], lang: Lang, title: &str) -> Result<Vec<u8>> {
    let mut body = Body::default();
    for block in blocks {
        body.block(block);
    }
    body.end_table();
    let tag = lang.pick("de-DE", "en-GB");
    let document = format!(
        "{HEAD}<w:document xmlns:w=\"{W}\" xmlns:r=\"{R}\"><w:body>{}<w:sectPr><w:pgSz w:w=\"11906\" w:h=\"16838\"/><w:pgMar w:top=\"1134\" w:right=\"1134\" w:bottom=\"1134\" w:left=\"1134\" w:header=\"708\" w:footer=\"708\" w:gutter=\"0\"/></w:sectPr></w:body></w:document>",
        body.xml
    );
    let links: String = body
        .links
        .iter()
        .enumerate()
        .map(|(i, to)| {
            format!(
                "<Relationship Id=\"l{i}\" Type=\"{R}/hyperlink\" Target=\"{}\" TargetMode=\"External\"/>",
                escape(to)
            )
        })
        .collect();
    let core = format!(
        "{HEAD}<cp:coreProperties xmlns:cp=\"{PACKAGE}/metadata/core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:title>{}</dc:title><dc:language>{tag}</dc:language></cp:coreProperties>",
        escape(&visible(title))
    );
    let types = format!(
        "{HEAD}<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/word/document.xml\" ContentType=\"{TYPE}.document.main+xml\"/><Override PartName=\"/word/styles.xml\" ContentType=\"{TYPE}.styles+xml\"/><Override PartName=\"/docProps/core.xml\" ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/></Types>"
    );
    let relations = format!(
        "{HEAD}<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"r1\" Type=\"{R}/officeDocument\" Target=\"word/document.xml\"/><Relationship Id=\"r2\" Type=\"{PACKAGE}/relationships/metadata/core-properties\" Target=\"docProps/core.xml\"/></Relationships>"
    );
    let of_document = format!(
        "{HEAD}<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"s1\" Type=\"{R}/styles\" Target=\"styles.xml\"/>{links}</Relationships>"
    );
    archive(vec![
        Entry::new("[Content_Types].xml", types),
        Entry::new("_rels/.rels", relations),
        Entry::new("docProps/core.xml", core),
        Entry::new("word/document.xml", document),
        Entry::new("word/_rels/document.xml.rels", of_document),
        Entry::new("word/styles.xml", styles(tag)),
    ])
}

fn styles(tag: &str) -> String {
    let heading = |level: u8, size: u8| {
        format!(
            "<w:style w:type=\"paragraph\" w:styleId=\"Heading{level}\"><w:name w:val=\"heading {level}\"/><w:basedOn w:val=\"Normal\"/><w:next w:val=\"Normal\"/><w:pPr><w:keepNext/><w:spacing w:before=\"240\" w:after=\"80\"/><w:outlineLvl w:val=\"{}\"/></w:pPr><w:rPr><w:b/><w:sz w:val=\"{size}\"/></w:rPr></w:style>",
            level - 1
        )
    };
    format!(
        "{HEAD}<w:styles xmlns:w=\"{W}\"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii=\"Calibri\" w:hAnsi=\"Calibri\" w:cs=\"Calibri\"/><w:sz w:val=\"22\"/><w:lang w:val=\"{tag}\"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after=\"140\" w:line=\"276\" w:lineRule=\"auto\"/></w:pPr></w:pPrDefault></w:docDefaults><w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/></w:style>{}{}{}<w:style w:type=\"character\" w:styleId=\"Hyperlink\"><w:name w:val=\"Hyperlink\"/><w:rPr><w:color w:val=\"005C5F\"/><w:u w:val=\"single\"/></w:rPr></w:style></w:styles>",
        heading(1, 32),
        heading(2, 28),
        heading(3, 24)
    )
}

/// XML knows no control characters.
fn visible(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}')).collect()
}

#[derive(Default)]
struct Body {
    xml: String,
    links: Vec<String>,
    in_table: bool,
}

impl Body {
    fn block(&mut self, block: &Block) {
        if let Shape::Row(is_head) = block.shape {
            return self.row(block, is_head);
        }
        self.end_table();
        let indent = block.depth * 360;
        let place = if indent > 0 { format!("<w:ind w:left=\"{indent}\"/>") } else { String::new() };
        let properties = match &block.shape {
            Shape::Heading(level) => format!("<w:pStyle w:val=\"Heading{}\"/>", (*level).clamp(1, 3)),
            Shape::Item(_) => format!("<w:spacing w:after=\"60\"/><w:ind w:left=\"{indent}\" w:hanging=\"360\"/>"),
            Shape::Rule => {
                "<w:pBdr><w:bottom w:val=\"single\" w:sz=\"6\" w:space=\"1\" w:color=\"AAAAAA\"/></w:pBdr>".to_owned()
            }
            Shape::Paragraph | Shape::Code | Shape::Row(_) if block.quoted => {
                format!(
                    "<w:pBdr><w:left w:val=\"single\" w:sz=\"12\" w:space=\"8\" w:color=\"AAAAAA\"/></w:pBdr>{place}"
                )
            }
            Shape::Paragraph | Shape::Code | Shape::Row(_) => place,
        };
        self.xml.push_str(&format!("<w:p><w:pPr>{properties}</w:pPr>"));
        if let Shape::Item(mark) = &block.shape {
            self.xml.push_str(&format!("<w:r><w:t>{}</w:t><w:tab/></w:r>", escape(mark)));
        }
        for span in block.cells.iter().flatten() {
            self.span(span);
        }
        self.xml.push_str("</w:p>");
    }

    fn row(&mut self, block: &Block, is_head: bool) {
        if !self.in_table {
            let line = |side: &str| format!("<w:{side} w:val=\"single\" w:sz=\"4\" w:color=\"BBBBBB\"/>");
            let lines: String = ["top", "left", "bottom", "right", "insideH", "insideV"].map(line).concat();
            let columns = "<w:gridCol/>".repeat(block.cells.len());
            self.xml.push_str(&format!(
                "<w:tbl><w:tblPr><w:tblW w:w=\"5000\" w:type=\"pct\"/><w:tblBorders>{lines}</w:tblBorders></w:tblPr><w:tblGrid>{columns}</w:tblGrid>"
            ));
            self.in_table = true;
        }
        self.xml.push_str("<w:tr>");
        for cell in &block.cells {
            self.xml.push_str("<w:tc><w:p>");
            for span in cell {
                self.span(&Span { bold: span.bold || is_head, ..span.clone() });
            }
            self.xml.push_str("</w:p></w:tc>");
        }
        self.xml.push_str("</w:tr>");
    }

    fn end_table(&mut self) {
        if std::mem::take(&mut self.in_table) {
            self.xml.push_str("</w:tbl><w:p/>");
        }
    }

    fn span(&mut self, span: &Span) {
        let mut look = String::new();
        if span.href.is_some() {
            look.push_str("<w:rStyle w:val=\"Hyperlink\"/>");
        }
        if span.code {
            look.push_str("<w:rFonts w:ascii=\"Courier New\" w:hAnsi=\"Courier New\" w:cs=\"Courier New\"/>");
        }
        if span.bold {
            look.push_str("<w:b/>");
        }
        if span.italic {
            look.push_str("<w:i/>");
        }
        if let Some(to) = &span.href {
            self.xml.push_str(&format!("<w:hyperlink r:id=\"l{}\">", self.links.len()));
            self.links.push(to.clone());
        }
        self.xml.push_str(&format!("<w:r><w:rPr>{look}</w:rPr>"));
        for (i, line) in span.text.split('\n').enumerate() {
            if i > 0 {
                self.xml.push_str("<w:br/>");
            }
            self.xml.push_str(&format!("<w:t xml:space=\"preserve\">{}</w:t>", escape(&visible(line))));
        }
        self.xml.push_str("</w:r>");
        // A printed link is no link: its address stands behind it, unless it is its own text.
        if let Some(to) = &span.href {
            self.xml.push_str("</w:hyperlink>");
            let bare = to.strip_prefix("mailto:").unwrap_or(to);
            if span.text.trim() != bare {
                self.xml.push_str(&format!("<w:r><w:t xml:space=\"preserve\"> ({})</w:t></w:r>", escape(bare)));
            }
        }
    }
}
