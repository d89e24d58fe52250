"""The claims of each mechanism: which way each quantity moves with everything that it reads.

Read one by one against what each mechanism says in words; `test_model_signs` holds the declaration
to them. Parameters of either sign are above zero, or below it in `BELOW`. A quantity may be
negative only where `<0` says so.
"""

CLAIMS = {
    "stocks": """
start of sympathiser: +initial_sympathisers +population
start of militant_nationalist: -initial_hardline_share -initial_islamist_share
    +initial_militants +population
start of militant_hardline: +initial_hardline_share -initial_islamist_share +initial_militants
    +population
start of militant_islamist: +initial_islamist_share +initial_militants +population
start of custody: +initial_custody +population
start of unaccounted: +initial_unaccounted +population
start of trust: +initial_trust
start of grievance_repression: +initial_repression
start of grievance_extraction: +initial_extraction
start of grievance_exclusion: +initial_exclusion
start of service_level: +initial_services
start of investment: +initial_investment
start of memory_operations: +initial_memory_operations +population
start of memory_harmful: +initial_memory_operations +population
start of mourned: +initial_mourned +population
start of memory_attacks: +initial_memory_attacks +population
start of memory_toll: +initial_toll +population
start of damage_transport: +initial_damage +population
start of damage_energy: +initial_damage +population
start of damage_mining: +initial_damage +population
civilians: +passive +sympathiser
support: <=1 -civilians +sympathiser
militants: +militant_hardline +militant_islamist +militant_nationalist
""",
    "intelligence": """
tips: <=1 -support +trust
discrimination: <=1 +technical_intelligence +tip_value +tips
""",
    "forces": """
reactive_pool: +population +reactive_share
heat_everywhere: +calm_heat +memory_attacks +population
presence: +calm_heat -heat_everywhere +memory_attacks -population +reactive_pool -reactive_share
force: +force_per_person +population +presence
mobile_force: +force -protection_energy -protection_security -protection_transport
    -protection_urban
""",
    "operations": """
find_chance: <=1 +arrest_constant +engaged_share -militants +mobile_force
found: +discrimination -discrimination_rules +find_chance +operations -rules_cost
operation_deaths_militant: +killed_hardline +killed_islamist +killed_nationalist
capture_hazard: +found +reach_captured
operations: +base_operations +memory_attacks +mobile_force +operation_capacity
    +operational_tempo +population +reaction
killed_nationalist: +found +reach_killed
killed_hardline: +found +reach_killed
killed_islamist: +found +reach_killed
""",
    "harm": """
bluntness: <=1 -discrimination -discrimination_rules +operation_harm -rules_value
operation_deaths_civilian: +killed_passive +killed_sympathiser
killed_passive: +bluntness -civilians +deaths_per_blunt_operation +operations +urban_harm
    +urban_share
killed_sympathiser: +bluntness -civilians +deaths_per_blunt_operation +operations +urban_harm
    +urban_share
""",
    "custody": """
disappeared: +disappeared_hardline +disappeared_islamist +disappeared_nationalist
    +disappeared_passive +disappeared_sympathiser
detained_passive: +bluntness +bystanders_per_blunt_operation -civilians +due_process +operations
disappeared_passive: +bluntness +bystanders_per_blunt_operation -civilians -due_process
    +operations
detained_sympathiser: +bluntness +bystanders_per_blunt_operation -civilians +due_process
    +operations
disappeared_sympathiser: +bluntness +bystanders_per_blunt_operation -civilians -due_process
    +operations
captured_nationalist: +capture_hazard +due_process -operation_harm
disappeared_nationalist: +capture_hazard -due_process +operation_harm
captured_hardline: +capture_hazard +due_process -operation_harm
disappeared_hardline: +capture_hazard -due_process +operation_harm
captured_islamist: +capture_hazard +due_process -operation_harm
disappeared_islamist: +capture_hazard -due_process +operation_harm
released: +release_rate
accounted_for: +accounting +accounting_gain +accounting_rate
""",
    "memory": """
remembered_operations: <=1 +memory_operations -operations_half
remembered_harmful: <=1 +memory_harmful -operations_half
remembered_attacks: <=1 -attacks_half +memory_attacks
remembered_toll: <=1 +memory_toll -toll_half
fall of memory_operations: +operation_memory_decay
inflow of memory_operations: +operations
fall of memory_harmful: +operation_memory_decay
inflow of memory_harmful: +bluntness +operations
fall of memory_attacks: +attack_memory_decay
inflow of memory_attacks: +attacks
fall of memory_toll: +attack_memory_decay
inflow of memory_toll: +attack_deaths_civilian
""",
    "kin": """
kin_pull: +absence_response +absence_weight -civilians +harm_response +kin_size +mourned
    +mourning_decay +unaccounted
kin_turned: +kin_pull
fall of mourned: +mourning_decay
inflow of mourned: +detained_passive +detained_sympathiser +detention_weight
    +disappeared_passive +disappeared_sympathiser +militant_kin_weight
    +operation_deaths_civilian +operation_deaths_militant +operation_harm -redress
    -redress_response
""",
    "alienation": """
grievance: <=1 +grievance_exclusion +grievance_extraction +grievance_repression
    ±weight_exclusion ±weight_extraction ±weight_repression
rise of trust: +trust_recovery
fall of trust: +grievance +trust_erosion
push of trust: <0 -kin_pull -publicity -trust_loss
fall of grievance_repression: +grievance_decay
push of grievance_repression: +kin_pull +publicity
""",
    "contagion": """
support_nearby: <=1 -passive +sympathiser
sympathised: +contact_rate +grievance ±nearby_contact +support +support_nearby +sympathy_rate
cooled: +cooling_rate +remembered_toll +service_level +services_response +toll_response
""",
    "recruitment": """
recruitment_coercion: +recruitment_response +recruitment_response_harm +remembered_harmful
    +remembered_operations
narrative: <=1 -civilians +unaccounted -unaccounted_half
recruited_nationalist: +absence_response +grievance -investment +narrative -opportunity_response
    +recruit_rate +recruitment_coercion
deserted_nationalist: +desertion_rate
recruited_hardline: +absence_response +appeal_hardline +grievance -investment +narrative
    -opportunity_response +recruit_rate +recruitment_coercion
deserted_hardline: +desertion_rate
recruited_islamist: +absence_response +appeal_islamist +grievance -investment
    +islamist_sensitivity +narrative -opportunity_response +recruit_rate +recruitment_coercion
deserted_islamist: +desertion_rate
""",
    "attacks": """
attack_coercion: +attack_response +attack_response_harm +remembered_harmful
    +remembered_operations
ready_nationalist: +attack_capacity +attack_coercion +attack_rate +militant_hardline
    +militant_nationalist -militants +spoiler_response +sponsored_arms +talks
ready_islamist: +attack_capacity +attack_coercion +attack_rate +islamist_sensitivity
    +militant_islamist -militants +spoiler_response +sponsored_arms +talks
""",
    "targets": """
appeal_security_to_nationalist: <=1 -hardening -presence -protection_security
appeal_transport_to_nationalist: <=1 -hardening -presence -protection_transport
    +visibility_transport
appeal_energy_to_nationalist: -hardening -presence +project_scale -protection_energy
    +visibility_energy
appeal_urban_to_nationalist: -hardening -presence -protection_urban +urban_share
    +visibility_urban
carried_out_by_nationalist: <=1 +appeal_energy_to_nationalist +appeal_security_to_nationalist
    +appeal_transport_to_nationalist +appeal_urban_to_nationalist -project_scale +substitution
    -urban_share -visibility_energy -visibility_transport -visibility_urban
attacks_by_appeal_of_nationalist: -appeal_energy_to_nationalist -appeal_security_to_nationalist
    -appeal_transport_to_nationalist -appeal_urban_to_nationalist +carried_out_by_nationalist
    +ready_nationalist
appeal_security_to_islamist: <=1 -hardening -presence -protection_security
appeal_transport_to_islamist: <=1 -hardening -presence -protection_transport
    +visibility_transport
appeal_energy_to_islamist: -hardening -presence +project_scale -protection_energy
    +visibility_energy
appeal_urban_to_islamist: -hardening +islamist_urban -presence -protection_urban +urban_share
    +visibility_urban
carried_out_by_islamist: <=1 +appeal_energy_to_islamist +appeal_security_to_islamist
    +appeal_transport_to_islamist +appeal_urban_to_islamist -islamist_urban -project_scale
    +substitution -urban_share -visibility_energy -visibility_transport -visibility_urban
attacks_by_appeal_of_islamist: -appeal_energy_to_islamist -appeal_security_to_islamist
    -appeal_transport_to_islamist -appeal_urban_to_islamist +carried_out_by_islamist
    +ready_islamist
attacks: +attacks_energy +attacks_security +attacks_transport +attacks_urban
attacks_security: +appeal_security_to_islamist +appeal_security_to_nationalist
    +attacks_by_appeal_of_islamist +attacks_by_appeal_of_nationalist
attacks_transport: +appeal_transport_to_islamist +appeal_transport_to_nationalist
    +attacks_by_appeal_of_islamist +attacks_by_appeal_of_nationalist
attacks_energy: +appeal_energy_to_islamist +appeal_energy_to_nationalist
    +attacks_by_appeal_of_islamist +attacks_by_appeal_of_nationalist
attacks_urban: +appeal_urban_to_islamist +appeal_urban_to_nationalist
    +attacks_by_appeal_of_islamist +attacks_by_appeal_of_nationalist
""",
    "lethality": """
attack_deaths_civilian: +deaths_energy +deaths_transport +deaths_urban
attack_deaths_state: +deaths_security
deaths_security: +attacks_security +deaths_per_attack_security
tail of deaths_security: +tail_exponent +tail_largest
deaths_transport: +attacks_transport +deaths_per_attack_transport
tail of deaths_transport: +tail_exponent +tail_largest
deaths_energy: +attacks_energy +deaths_per_attack_energy
tail of deaths_energy: +tail_exponent +tail_largest
deaths_urban: +attacks_urban +deaths_per_attack_urban
tail of deaths_urban: +tail_exponent +tail_largest
""",
    "relocation": """
militants_everywhere: +militant_hardline +militant_islamist +militant_nationalist
people_everywhere: +population
relocations: +relocated_hardline +relocated_islamist +relocated_nationalist
relocated_nationalist: +relocation_rate +relocation_response +remembered_operations
attraction of relocated_nationalist: +danger_pull +memory_operations -operations_half -passive
    +support_pull +sympathiser +urban_pull +urban_share
relocated_hardline: +relocation_rate +relocation_response +remembered_operations
attraction of relocated_hardline: +danger_pull +memory_operations -operations_half -passive
    +support_pull +sympathiser +urban_pull +urban_share
relocated_islamist: +relocation_rate +relocation_response +remembered_operations
attraction of relocated_islamist: +danger_pull +memory_operations -operations_half -passive
    +support_pull +sympathiser +urban_pull +urban_share
seeded: +militants_everywhere -people_everywhere +seeding_rate +urban_share
""",
    "factions": """
unserved: <=1 -militants +served_half +sympathiser
splintered: +remembered_operations +splinter_rate +splinter_response
softened: +softening_rate
entered: +entry_rate +grievance +unserved
""",
    "economy": """
burden: +damage_energy -damage_half +damage_mining +damage_transport -population
budget: <=1 -fiscal_dependence +investment
left_for_services: <=1 +budget -burden -repair_claim
rise of investment: +investment_recovery
fall of investment: +investment_drain +investment_flight +remembered_attacks
fall of damage_transport: +budget -burden +repair_rate
inflow of damage_transport: +attacks_transport +damage_per_attack
fall of damage_energy: +budget -burden +repair_rate
inflow of damage_energy: +attacks_energy +damage_per_attack -mining_share
fall of damage_mining: +budget -burden +repair_rate
inflow of damage_mining: +attacks_energy +damage_per_attack +mining_share
""",
    "development": """
rise of grievance_extraction: +extraction_rate
fall of grievance_extraction: +extraction_decay
push of grievance_extraction: -local_agency -local_revenue_share +project_response
    +project_scale
rise of service_level: +left_for_services +local_revenue_share +project_scale +revenue_yield
    +service_yield +services
fall of service_level: +service_decay
""",
    "politics": """
rise of grievance_exclusion: +exclusion_rate
fall of grievance_exclusion: +exclusion_decay
push of grievance_exclusion: <0 -agency_response -local_agency -proxies -proxy_response
""",
    "dialogue": """
talks: <=1 +dialogue +dialogue_hardline +dialogue_islamist
reintegrated_nationalist: +credibility +dialogue +dialogue_response +trust
reintegrated_hardline: +credibility +dialogue_hardline +dialogue_response
    +reconcilability_hardline +trust
reintegrated_islamist: +credibility +dialogue_islamist +dialogue_response
    +reconcilability_islamist +trust
relapsed: -reintegration_response -reintegration_support +relapse_rate
settled: +settling_rate
rise of credibility: +commitment_rate +local_agency +proxies +proxy_channel +talks
fall of credibility: +bluntness +breach +commitment_decay +operations
""",
    "sponsorship": """
sponsored_hardline: -sponsored_islamist_share +sponsorship_rate
sponsored_islamist: +sponsored_islamist_share +sponsorship_rate
""",
}
"""By mechanism, everything that it declares."""

BELOW = {
    "kin": """
kin_cowed: -kin_pull
""",
    "dialogue": """
spoiled: -credibility -dialogue_response +militants -sympathiser +talks
""",
}
"""What only acts where parameters of either sign are below zero."""


def claims_of(text: str) -> dict[str, str]:
    """Return the claims of a block by quantity; an indented line continues the one before."""
    whole = text.strip().replace("\n    ", " ")
    return dict(line.split(": ", 1) for line in whole.splitlines())
