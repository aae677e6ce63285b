"""Pure helpers of the parsers: heads, SOAP, DNS, TLV. No protocol of their own."""
