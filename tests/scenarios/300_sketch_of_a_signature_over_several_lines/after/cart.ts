import type { Item, Price } from "./types";

export interface Options {
    currency: string;
    rounded: boolean;
}

export class Cart {
    private readonly items: Item[] = [];
    private discount = 0;

    constructor(private readonly options: Options) {
        this.discount = 0;
    }

    add(item: Item): this {
        this.items.push(item);
        this.changed();
        return this;
    }

    remove(item: Item): this {
        const at = this.items.indexOf(item);
        if (at >= 0) {
            this.items.splice(at, 1);
        }
        this.changed();
        return this;
    }

    private readonly total: (
        items: readonly Item[],
        price: Price,
        tax: number,
    ) => number = (items, price, tax) => {
        let sum = tax;
        for (const item of items) {
            sum += price(item);
        }
        return sum * (1 - this.discount);
    };

    private readonly count: (
        items: readonly Item[],
    ) => number = (items) => {
        return items.length;
    };

    private changed(): void {
        console.log(this.items.length);
    }
}

export function format(sum: number, options: Options): string {
    const text = options.rounded ? sum.toFixed(0) : sum.toFixed(2);
    return `${text} ${options.currency}`;
}
