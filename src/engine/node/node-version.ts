/** The Node whose behaviour these modules follow; the tests run the same programs on it. */
export const NODE_VERSION = 'v26.10.0';
