.PHONY: test stress lint docs bench look

test:
	pytest

# Many random cases of each kind, programs killed at random moments, and a sample of mutants of the code: hours on two
# cores. SHEETGEN_SEED and SHEETGEN_STRESS draw others and more, SHEETGEN_KILLS says how often programs are killed.
stress:
	pytest -m stress
	PYTHONPATH=tests/support python -m mutants --once --sample 200

lint:
	ruff check .
	ruff format --check .
	mypy sheetgen cnn

docs:
	python docs/make_pages.py

# Measure beside the peers (pip install '.[bench,cnn]') and write docs/benchmarks.md; ARGS="--runs 3 --sizes 100 1000".
bench:
	python benchmarks/report.py $(ARGS)

# Render every sheet of the seed's workbook to build/look/*.png (needs LibreOffice and poppler-utils).
look:
	mkdir -p build/look
	sheetgen build -o build/look/backprop.xlsx --force
	cd build/look && soffice --headless --convert-to pdf backprop.xlsx && pdftoppm -r 80 -png backprop.pdf sheet
