/** What the address said when this page was loaded, before the router read it: codes are not numbers, however they look. */
export const arrivedWith = location.search;
