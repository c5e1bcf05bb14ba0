// Writes a small workbook with exceljs or SheetJS: node write_workbook.js exceljs|xlsx PATH
async function exceljs(path) {
  const { Workbook } = require("exceljs");
  const book = new Workbook();
  const sheet = book.addWorksheet("Data", { properties: { tabColor: { argb: "FF00FF00" } } });
  sheet.getCell("A1").value = 1;
  sheet.getCell("A1").numFmt = '0.0" kg"';
  sheet.getCell("A1").font = { bold: true, color: { argb: "FF123456" } };
  sheet.getCell("A2").value = { formula: "A1*2", result: 2 };
  sheet.getCell("A3").value = { text: "a link", hyperlink: "https://example.org/" };
  sheet.addTable({ name: "T", ref: "C1", columns: [{ name: "a" }], rows: [[1], [2]] });
  sheet.addConditionalFormatting({
    ref: "A1:A2",
    rules: [{ type: "cellIs", operator: "lessThan", formulae: [2], style: { font: { color: { argb: "FF654321" } } } }],
  });
  book.addWorksheet("Notes").getCell("A1").value = "a note";
  await book.xlsx.writeFile(path);
}

async function xlsx(path) {
  const XLSX = require("xlsx");
  const book = XLSX.utils.book_new();
  const sheet = XLSX.utils.aoa_to_sheet([[1], [2]]);
  sheet.A1.z = '0.0" kg"';
  sheet.A2.f = "A1*2";
  XLSX.utils.book_append_sheet(book, sheet, "Data");
  XLSX.utils.book_append_sheet(book, XLSX.utils.aoa_to_sheet([["a note"]]), "Notes");
  XLSX.writeFile(book, path, { bookSST: true });
}

({ exceljs, xlsx })[process.argv[2]](process.argv[3]);
