export const a = setTimeout, b = process.cwd(), c = new TextEncoder()
