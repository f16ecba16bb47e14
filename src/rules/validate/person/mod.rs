//! Check digits of numbers that belong to people, accounts and things.
//!
//! Separators do not count; which are allowed is said by a rule's forms. Every check
//! takes a text of any bytes.

mod america;
mod asia;
mod cards;
mod finance;
mod mrz;
mod north;
mod schemes;
mod west;

use super::{Validator, checksum, structure};

/// Every check of this room, sorted by name.
pub(super) const VALIDATORS: &[Validator] = &[
    checksum(
        "aba-routing",
        finance::aba,
        "bank of the United States: district, weights 3-7-1",
    ),
    checksum(
        "ar-cuit",
        america::ar_cuit,
        "taxpayer of Argentina: digit modulo 11",
    ),
    checksum(
        "at-svnr",
        west::at_svnr,
        "social insurance of Austria: fourth digit modulo 11",
    ),
    checksum("au-abn", asia::au_abn, "business of Australia: modulo 89"),
    checksum(
        "au-medicare",
        asia::au_medicare,
        "patient of Australia: ninth digit modulo 10",
    ),
    checksum("au-tfn", asia::au_tfn, "taxpayer of Australia: modulo 11"),
    checksum(
        "baltic-code",
        north::baltic_code,
        "person of Estonia or Lithuania: birth date, digit modulo 11",
    ),
    checksum(
        "be-national",
        west::be_national,
        "person of Belgium: 97 less the remainder",
    ),
    checksum(
        "bg-egn",
        north::bg_egn,
        "person of Bulgaria: birth date, digit modulo 11",
    ),
    structure("bic", finance::bic, "bank (ISO 9362): form and country"),
    checksum(
        "br-cnpj",
        america::br_cnpj,
        "company of Brazil: two digits modulo 11",
    ),
    checksum(
        "br-cpf",
        america::br_cpf,
        "person of Brazil: two digits modulo 11",
    ),
    checksum(
        "ca-sin",
        america::ca_sin,
        "social insurance number of Canada: Luhn",
    ),
    checksum(
        "card",
        cards::card,
        "payment card: issuer, length, last digit (Luhn)",
    ),
    checksum(
        "ch-ahv",
        west::ch_ahv,
        "person of Switzerland: 756 and EAN-13",
    ),
    checksum(
        "cl-rut",
        america::cl_rut,
        "taxpayer of Chile: digit or K modulo 11",
    ),
    checksum("clabe", finance::clabe, "account of Mexico: weights 3-7-1"),
    checksum(
        "cn-resident",
        asia::cn_resident,
        "person of China: region, birth date, ISO 7064 MOD 11-2",
    ),
    checksum(
        "co-nit",
        america::co_nit,
        "taxpayer of Colombia: digit modulo 11 over primes",
    ),
    checksum(
        "creditor-reference",
        finance::creditor_reference,
        "ISO 11649: RF, remainder 1 modulo 97",
    ),
    checksum(
        "cusip",
        finance::cusip,
        "security of North America: digit modulo 10",
    ),
    checksum(
        "cz-birth-number",
        north::cz_birth_number,
        "person of Czechia and Slovakia: birth date, modulo 11",
    ),
    checksum(
        "de-pension",
        west::de_pension,
        "pension insurance of Germany: birth date, digit modulo 10",
    ),
    checksum(
        "de-tax-id",
        west::de_tax_id,
        "taxpayer of Germany: ISO 7064 MOD 11,10, one digit repeated",
    ),
    structure("dk-cpr", north::dk_cpr, "person of Denmark: birth date"),
    checksum(
        "dk-cpr-checked",
        north::dk_cpr_checked,
        "person of Denmark, before 2007: birth date, modulo 11",
    ),
    checksum("es-dni", west::es_dni, "person of Spain: letter modulo 23"),
    checksum(
        "fi-hetu",
        north::fi_hetu,
        "person of Finland: birth date, symbol modulo 31",
    ),
    checksum(
        "fr-nir",
        west::fr_nir,
        "person of France: 97 less the remainder",
    ),
    checksum("fr-siren", finance::siren, "business of France: Luhn"),
    checksum("fr-siret", finance::siret, "establishment of France: Luhn"),
    checksum(
        "gr-afm",
        west::gr_afm,
        "taxpayer of Greece: powers of two modulo 11",
    ),
    checksum(
        "hk-identity",
        asia::hk_identity,
        "person of Hong Kong: symbol modulo 11",
    ),
    checksum(
        "hr-oib",
        north::hr_oib,
        "person of Croatia: ISO 7064 MOD 11,10",
    ),
    checksum(
        "iban-country",
        finance::iban_country,
        "account number of a known country and its length, remainder 1 modulo 97",
    ),
    checksum("iccid", asia::iccid, "SIM card: 89, Luhn"),
    checksum(
        "ie-ppsn",
        west::ie_ppsn,
        "person of Ireland: letter modulo 23",
    ),
    checksum("il-identity", asia::il_identity, "person of Israel: Luhn"),
    checksum("imei", asia::imei, "mobile equipment: Luhn"),
    checksum("in-aadhaar", asia::in_aadhaar, "person of India: Verhoeff"),
    checksum(
        "in-gstin",
        asia::in_gstin,
        "business of India: state, PAN, symbol modulo 36",
    ),
    structure("in-pan", asia::in_pan, "taxpayer of India: form"),
    checksum("isin", finance::isin, "security (ISO 6166): country, Luhn"),
    checksum(
        "it-fiscal-code",
        west::it_fiscal_code,
        "person of Italy: letter modulo 26",
    ),
    checksum("it-vat", west::it_vat, "company of Italy: Luhn"),
    checksum(
        "jp-corporate",
        asia::jp_corporate,
        "company of Japan: first digit modulo 9",
    ),
    checksum(
        "jp-my-number",
        asia::jp_my_number,
        "person of Japan: digit modulo 11",
    ),
    structure(
        "kr-resident",
        asia::kr_resident,
        "person of Korea: birth date, sex",
    ),
    checksum(
        "kr-resident-checked",
        asia::kr_resident_checked,
        "person of Korea, before October 2020: birth date, digit modulo 11",
    ),
    checksum(
        "lei",
        finance::lei,
        "legal entity (ISO 17442): remainder 1 modulo 97",
    ),
    checksum(
        "mrz",
        mrz::zone,
        "zone of a travel document (ICAO 9303): number, dates, and the whole",
    ),
    checksum(
        "mx-curp",
        america::mx_curp,
        "person of Mexico: birth date, digit modulo 10",
    ),
    checksum(
        "nl-bsn",
        west::nl_bsn,
        "citizen of the Netherlands: modulo 11, last weight -1",
    ),
    checksum(
        "no-national",
        north::no_national,
        "person of Norway: birth date, two digits modulo 11",
    ),
    checksum(
        "nz-ird",
        asia::nz_ird,
        "taxpayer of New Zealand: digit modulo 11",
    ),
    checksum(
        "pl-nip",
        north::pl_nip,
        "taxpayer of Poland: digit modulo 11",
    ),
    checksum(
        "pl-pesel",
        north::pl_pesel,
        "person of Poland: birth date, weights 1-3-7-9",
    ),
    checksum(
        "pt-nif",
        west::pt_nif,
        "taxpayer of Portugal: digit modulo 11",
    ),
    checksum(
        "ro-cnp",
        north::ro_cnp,
        "person of Romania: birth date, digit modulo 11",
    ),
    checksum(
        "ru-inn",
        north::ru_inn,
        "taxpayer of Russia: one or two digits modulo 11",
    ),
    checksum(
        "ru-snils",
        north::ru_snils,
        "pension insurance of Russia: modulo 101",
    ),
    checksum(
        "se-personal",
        north::se_personal,
        "person of Sweden: birth date, Luhn",
    ),
    checksum(
        "sedol",
        finance::sedol,
        "security of London: digit modulo 10",
    ),
    checksum(
        "sg-nric",
        asia::sg_nric,
        "person of Singapore: letter modulo 11",
    ),
    checksum(
        "th-national",
        asia::th_national,
        "person of Thailand: digit modulo 11",
    ),
    checksum(
        "tr-identity",
        north::tr_identity,
        "person of Turkey: two digits modulo 10",
    ),
    checksum(
        "tw-identity",
        asia::tw_identity,
        "person of Taiwan: digit modulo 10",
    ),
    checksum(
        "ua-rnokpp",
        north::ua_rnokpp,
        "taxpayer of Ukraine: digit modulo 11",
    ),
    checksum(
        "uk-nhs",
        west::uk_nhs,
        "patient of England: digit modulo 11",
    ),
    structure(
        "uk-nino",
        west::uk_nino,
        "national insurance number with a prefix that is issued",
    ),
    checksum(
        "us-dea",
        america::us_dea,
        "prescriber: letters, digit modulo 10",
    ),
    structure(
        "us-ein",
        america::us_ein,
        "employer number with the prefix of an office",
    ),
    structure(
        "us-itin",
        america::us_itin,
        "individual taxpayer number that may be issued",
    ),
    checksum(
        "us-npi",
        america::us_npi,
        "health care provider: Luhn after 80840",
    ),
    structure(
        "us-ssn",
        america::us_ssn,
        "social security number that may be issued",
    ),
    checksum("vin", north::vin, "vehicle: ninth symbol modulo 11"),
    checksum(
        "za-identity",
        asia::za_identity,
        "person of South Africa: birth date, Luhn",
    ),
];
