// Reads workbooks with exceljs or SheetJS and prints, as JSON, what a program that is built on them would show.
// node read_workbooks.js exceljs|xlsx < {"PATH": {"SHEET": ["A1", …]}}
// -> {"PATH": {"error": "…"} or {"sheets": […], "pictures": {SHEET: n}, "cells": {SHEET: {"A1": [value, formula]}},
//                               "notes": {SHEET: {"A1": text}}}}
const fs = require("fs");

function shown(cell) {
  const value = cell.formula ? cell.result : cell.value;
  if (value === null || typeof value !== "object") return value ?? null;
  return value.richText?.map((run) => run.text).join("") ?? value.text ?? value.error ?? null;
}

async function exceljs(path, wanted) {
  const { Workbook } = require("exceljs");
  const book = new Workbook();
  await book.xlsx.readFile(path);
  const cells = {}, pictures = {}, notes = {};
  for (const [name, places] of Object.entries(wanted)) {
    const sheet = book.getWorksheet(name);
    pictures[name] = sheet.getImages().length;
    cells[name] = {};
    notes[name] = {};
    for (const place of places) {
      const cell = sheet.getCell(place);
      cells[name][place] = [shown(cell), cell.formula ?? null];
      if (cell.note) notes[name][place] = cell.note.texts?.map((run) => run.text).join("") ?? cell.note;
    }
  }
  return { sheets: book.worksheets.map((sheet) => sheet.name), pictures, cells, notes };
}

async function xlsx(path, wanted) {
  const book = require("xlsx").readFile(path);
  const cells = {}, notes = {};
  for (const [name, places] of Object.entries(wanted)) {
    cells[name] = {};
    notes[name] = {};
    for (const place of places) {
      const cell = book.Sheets[name][place] ?? {};
      cells[name][place] = [cell.v ?? null, cell.f ?? null];
      if (cell.c) notes[name][place] = cell.c.map((note) => note.t).join("");
    }
  }
  return { sheets: book.SheetNames, cells, notes };
}

async function main() {
  const read = { exceljs, xlsx }[process.argv[2]];
  const seen = {};
  for (const [path, wanted] of Object.entries(JSON.parse(fs.readFileSync(0, "utf8")))) {
    try {
      seen[path] = await read(path, wanted);
    } catch (error) {
      seen[path] = { error: String(error) };
    }
  }
  process.stdout.write(JSON.stringify(seen));
}

main();
