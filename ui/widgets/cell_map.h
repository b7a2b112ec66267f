#pragma once
// A grid of magnitudes in cividis, one cell to be chosen by mouse or arrow keys: the common part of the maps of savings by step
// and layer, and by layer and head. Empty cells are still to come; marked columns carry a bar under the map.

#include <QWidget>
#include <optional>
#include <utility>
#include <vector>

namespace timeripple::ui {

class CellMap : public QWidget {
    Q_OBJECT
  public:
    explicit CellMap(QWidget* parent = nullptr);

    // 0-based. Column -1: none is chosen; row -1: the whole column; column -1 with a row: the whole row.
    void setChosenCell(int column, int row);
    std::optional<std::pair<int, int>> cellUnder(const QPointF& point) const;  // column, row
    QRectF rectOf(int column, int row) const;

    QSize minimumSizeHint() const override { return {48, 60}; }

  protected:
    struct Column {
        std::vector<float> values;  // by row, 0..1; empty: still to come
        bool marked = false;
    };
    // The full extent; `columns` may be fewer.
    void setCells(std::vector<Column> columns, int total_columns, int rows);
    int columns() const { return total_; }
    int rows() const { return rows_; }
    int chosenColumn() const { return column_; }
    int chosenRow() const { return row_; }

    // What the arrow keys do when nothing is chosen starts from here.
    virtual int startColumn() const { return 0; }
    // A person chose this cell, whose column is known.
    virtual void cellChosen(int column, int row) = 0;
    virtual QString tip(int column, int row) const = 0;

    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

    bool known(int column) const;
    void choose(int column, int row);

  private:
    QRectF mapRect() const;

    std::vector<Column> cells_;
    int total_ = 0;
    int rows_ = 0;
    int column_ = -1;
    int row_ = -1;
};

}  // namespace timeripple::ui
