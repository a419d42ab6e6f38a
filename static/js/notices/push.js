export default function push() {}
