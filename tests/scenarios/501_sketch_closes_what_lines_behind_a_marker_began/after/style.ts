const PRIORITY = "important";

function setValue(
    target: Values,
    key: string,
): void {
    const value = target[key];

    if (value === undefined) {
        return;
    }

    target[key] = round(value);
}

function setStyle(canvas: Canvas, style: Style): void {
    for (const key in style) {
        const value = style[key];

        if (!value) {
            canvas.remove(key);
        } else {
            canvas.set(key, value, PRIORITY);
        }
    }
}

export class Board {
    draw(): void {
        this.canvas.clear();
    }
}
