"""The claims of each mechanism: which way each quantity moves with everything that it reads.

Written out of the declaration and then read against what each mechanism says in words: they notice
a sign that changes, in any term of any expression, and are no second opinion on the first one. That
is `arrows.py`, written by hand from the description. `test_signs` holds the declaration to these.
Parameters of either sign are above zero, or below it in `BELOW`. A quantity may be negative only
where `<0` says so.
"""

CLAIMS = {
    "stocks": """
start of sympathiser: +population +sympathisers_today
start of militant_nationalist: -hardline_today -islamist_today +militant_base -militant_place
    +militants_today +nationalist_place +start_level
start of militant_hardline: +hardline_today -islamist_today +militant_base -militant_place
    +militants_today +nationalist_place +start_level
start of militant_islamist: +islamist_place +islamist_today +militant_base -militant_place
    +militants_today +start_level
start of custody: -custody_rate -disappearances_reported_share +militant_base
    -operations_recorded_share +recorded_operations +reported_disappearances +step
    +taken_per_operation
start of prison: +charged_share -disappearances_reported_share +militant_base
    -operations_recorded_share +recorded_operations +reported_disappearances -sentence_rate
    +step +taken_per_operation
start of missing_weeks: -disappearances_reported_share -early_return_rate +militant_base
    -operations_recorded_share +recorded_operations +reported_disappearances +step
    +taken_per_operation
start of missing_years: -disappearances_reported_share -late_return_rate +long_share
    +militant_base -operations_recorded_share +recorded_operations +reported_disappearances
    +step +taken_per_operation
start of reintegrated: -cooling_rate +desertion_rate +militant_base +militants_today
    -relapse_rate ±step
start of trust: +trust_today
start of grievance_repression: +repression_today
start of grievance_extraction: +extraction_today
start of grievance_exclusion: +exclusion_today
start of service_level: +services_today
start of investment: +investment_today
start of memory_raids: +claimed_raids +militant_base -operation_memory_decay +raids_per_claim
    +step
start of memory_operations: +militant_base -operation_memory_decay -operations_recorded_share
    +recorded_operations +step
start of memory_harmful: +militant_base -operation_memory_decay -operations_recorded_share
    +recorded_operations -rules_value +step +sympathisers_today -tip_value -trust_today
start of memory_attacks: +attack_base -attack_memory_decay +attacks_today +step
start of memory_killed: +custody_death_share +deaths_per_operation
    -disappearances_reported_share +killed_per_operation -kin_decay +long_share +militant_base
    +militant_kin_weight -operations_recorded_share +recorded_operations
    +reported_disappearances +step +taken_per_operation
start of memory_detained: -disappearances_reported_share -kin_decay +militant_base
    -operations_recorded_share +recorded_operations +reported_disappearances +step
    +taken_per_operation
nationalist_share_today: -hardline_today -islamist_today -militant_place +nationalist_place
hardline_share_today: +hardline_today -islamist_today -militant_place +nationalist_place
islamist_share_today: +islamist_place +islamist_today -militant_place
operations_today: -operations_recorded_share +recorded_operations
raids_today: +claimed_raids +raids_per_claim
discrimination_today: <=1 -sympathisers_today +tip_value +trust_today
bluntness_today: <=1 -discrimination_today -rules_value
find_chance_today: <=1 +engaged_share -militants_today
raid_takings_today: -disappearances_reported_share +reported_disappearances
taken_today: +operations_today +raid_takings_today +taken_per_operation
disappeared_today: +taken_today
missing_today: +disappeared_today -early_return_rate -late_return_rate +long_share +step
civilian_deaths_today: +deaths_per_operation +operations_today
killed_today: +civilian_deaths_today +custody_death_share +disappeared_today
    +killed_per_operation +long_share +militant_kin_weight +operations_today
losses_today: +desertion_rate +killed_per_operation +militants_among_taken +militants_today
    +operations_today +raid_takings_today
recruits_today: +losses_today +renewal
spontaneous_today: +recruits_today +spontaneous_share
sponsored_today: +recruits_today +sponsored_place +sponsored_share
former_today: <=1 -cooling_rate +desertion_rate +militants_today -relapse_rate ±step
relapsed_today: +former_today +relapse_rate -step
hits_today: +civilian_deaths_today +kin_size +taken_today
kin_known: <=1 +kin_size +militants_today
kin_hit_today: <=1 -cooling_rate +hits_today 0kin_known -kin_targeting
returning_today: <=1 +kin_hit_today +kin_targeting
kin_fresh_today: <=1 +cooling_rate -hits_today ±kin_hit_today -kin_targeting -returning_today
    -spent_share
appeal_security_to_nationalist_today: <=1 -hardening
appeal_transport_to_nationalist_today: <=1 -hardening +transport_lines +visibility_transport
appeal_energy_to_nationalist_today: <=1 +energy_sites -hardening +visibility_energy
appeal_urban_to_nationalist_today: -hardening +urban_share +visibility_urban
appeals_to_nationalist_today: +appeal_energy_to_nationalist_today
    +appeal_security_to_nationalist_today +appeal_transport_to_nationalist_today
    +appeal_urban_to_nationalist_today
let_through_nationalist_today: <=1 +appeals_to_nationalist_today -energy_sites +substitution
    -transport_lines -urban_share -visibility_energy -visibility_transport -visibility_urban
appeal_security_to_islamist_today: <=1 -hardening
appeal_transport_to_islamist_today: <=1 -hardening +transport_lines +visibility_transport
appeal_energy_to_islamist_today: <=1 +energy_sites -hardening +visibility_energy
appeal_urban_to_islamist_today: -hardening +islamist_urban +urban_share +visibility_urban
appeals_to_islamist_today: +appeal_energy_to_islamist_today +appeal_security_to_islamist_today
    +appeal_transport_to_islamist_today +appeal_urban_to_islamist_today
let_through_islamist_today: <=1 +appeals_to_islamist_today -energy_sites -islamist_urban
    +substitution -transport_lines -urban_share -visibility_energy -visibility_transport
    -visibility_urban
attacks_security_today: +appeal_security_to_islamist_today +appeal_security_to_nationalist_today
    -appeals_to_islamist_today -appeals_to_nationalist_today +attack_share_islamist_today
    +attack_share_nationalist_today +attacks_today
attacks_transport_today: +appeal_transport_to_islamist_today
    +appeal_transport_to_nationalist_today -appeals_to_islamist_today
    -appeals_to_nationalist_today +attack_share_islamist_today +attack_share_nationalist_today
    +attacks_today
attacks_energy_today: +appeal_energy_to_islamist_today +appeal_energy_to_nationalist_today
    -appeals_to_islamist_today -appeals_to_nationalist_today +attack_share_islamist_today
    +attack_share_nationalist_today +attacks_today
attacks_urban_today: +appeal_urban_to_islamist_today +appeal_urban_to_nationalist_today
    -appeals_to_islamist_today -appeals_to_nationalist_today +attack_share_islamist_today
    +attack_share_nationalist_today +attacks_today
toll_today: +attacks_energy_today +attacks_transport_today +attacks_urban_today
    +deaths_per_attack_energy +deaths_per_attack_transport +deaths_per_attack_urban
civilians: +passive +sympathiser
support: <=1 -civilians +sympathiser
militants: +militant_hardline +militant_islamist +militant_nationalist
militant_level: -militant_base +militants -militants_today
""",
    "place": """
people_everywhere: +population
nationalist_roots_everywhere: +deprivation +deprivation_response +majority -majority_recruits
    +population
nationalist_targets_everywhere: +deprivation +deprivation_response +energy_sites +majority
    -majority_recruits +population +transport_lines +urban_share +visibility_energy
    +visibility_transport +visibility_urban
islamist_roots_everywhere: +deprivation +deprivation_response +population
islamist_targets_everywhere: +deprivation +deprivation_response +energy_sites +islamist_urban
    +population +transport_lines +urban_share +visibility_energy +visibility_transport
    +visibility_urban
nationalist_place: +deprivation +deprivation_response +majority -majority_recruits
    -nationalist_roots_everywhere +people_everywhere
nationalist_exposure: +energy_sites ±exposure +nationalist_roots_everywhere
    -nationalist_targets_everywhere +transport_lines +urban_share +visibility_energy
    +visibility_transport +visibility_urban
islamist_place: +deprivation +deprivation_response -islamist_roots_everywhere +people_everywhere
islamist_exposure: +energy_sites ±exposure +islamist_roots_everywhere
    -islamist_targets_everywhere +islamist_urban +transport_lines +urban_share
    +visibility_energy +visibility_transport +visibility_urban
militant_place: <=1 +islamist_place ±islamist_today +nationalist_place
attack_place: <=1 +islamist_exposure +islamist_place ±islamist_today +nationalist_exposure
    +nationalist_place
attack_exposure: +attack_place -militant_place
militant_base: +militant_place +population
attack_base: +attack_place +population
attack_share_nationalist_today: -attack_place -islamist_today +nationalist_exposure
    +nationalist_place
attack_share_islamist_today: -attack_place +islamist_exposure +islamist_place +islamist_today
sponsored_place: <=1 +border -border_men
""",
    "intelligence": """
tips: <=1 -support +trust
discrimination: <=1 +technical_intelligence +tip_value +tips
discrimination_level: +discrimination -discrimination_today
""",
    "forces": """
reactive_pool: +deprivation +deprivation_response -islamist_roots_everywhere ±islamist_today
    +majority -majority_recruits -nationalist_roots_everywhere +people_everywhere +population
    +reactive_share
heat_everywhere: -attack_memory_decay +attacks_today +deprivation +deprivation_response
    -energy_sites ±exposure -islamist_roots_everywhere +islamist_targets_everywhere
    ±islamist_today -islamist_urban ±majority ±majority_recruits +memory_attacks
    -nationalist_roots_everywhere +nationalist_targets_everywhere +people_everywhere +population
    +step -transport_lines -urban_share -visibility_energy -visibility_transport
    -visibility_urban
presence: -attack_exposure -attack_memory_decay +attacks_today -heat_everywhere +memory_attacks
    -militant_base +reactive_pool -reactive_share +step
force: +militant_base +presence
mobile_force: +force -protection_energy -protection_security -protection_transport
    -protection_urban
standing_level: -reactive_share
ease: -standing_level +standing_response
""",
    "operations": """
wanted: +attack_level ±following_share +importation +operational_tempo +presence
free_force: -militant_base +mobile_force
raiding: <=1 -militant_base +raids -raids_today
find_chance: <=1 +engaged_share -militants +mobile_force
finding: -discrimination_rules +find_chance -find_chance_today ±rules_cost
operation_deaths_militant: +killed_hardline +killed_islamist +killed_nationalist
capture_hazard: +discrimination_level +finding +militants_among_taken -militants_today
    +raid_takings_today +raiding
operations_recorded: +operations +operations_recorded_share
raids_claimed: +raids -raids_per_claim
raids: +free_force +militant_base +raids_today ±surge_capacity +wanted
operations: +finding +militant_base +militant_level +operations_today +raiding
killed_nationalist: +discrimination_level +killed_per_operation -militants +operations
killed_hardline: +discrimination_level +killed_per_operation -militants +operations
killed_islamist: +discrimination_level +killed_per_operation -militants +operations
""",
    "harm": """
bluntness: <=1 -discrimination -discrimination_rules -rules_value
bluntness_level: +bluntness -bluntness_today
operation_deaths_civilian: +killed_passive +killed_sympathiser
killed_passive: +bluntness_level -civilians +deaths_per_operation +operation_harm +operations
killed_sympathiser: +bluntness_level -civilians +deaths_per_operation +operation_harm
    +operations
""",
    "custody": """
taken_hazard: +bluntness_level -civilians +militant_base -militants_among_taken +operation_harm
    +operations +raid_takings_today +raiding +taken_per_operation
detained: +detained_hardline +detained_islamist +detained_nationalist +detained_passive
    +detained_sympathiser
disappeared: +disappeared_hardline +disappeared_islamist +disappeared_nationalist
    +disappeared_passive +disappeared_sympathiser
deaths_in_custody: +custody_deaths
disappearances_reported: +disappearances_reported_share +disappeared
unaccounted: +missing_weeks +missing_years
missing_level: <=1 -militant_base -missing_today +unaccounted
detained_passive: +due_process +taken_hazard
disappeared_passive: -due_process +taken_hazard
detained_sympathiser: +due_process +taken_hazard
disappeared_sympathiser: -due_process +taken_hazard
detained_nationalist: +capture_hazard +due_process
disappeared_nationalist: +capture_hazard -due_process
detained_hardline: +capture_hazard +due_process
disappeared_hardline: +capture_hazard -due_process
detained_islamist: +capture_hazard +due_process
disappeared_islamist: +capture_hazard -due_process
charged: +charged_share +custody_rate
released: -charged_share +custody_rate
served: +sentence_rate
came_back: +early_return_rate -long_share
stayed_missing: +early_return_rate +long_share
accounted_for: +accounting +accounting_gain -custody_death_share +late_return_rate
custody_deaths: +custody_death_share +late_return_rate
""",
    "memory": """
raid_level: <=1 +memory_raids -militant_base +operation_memory_decay -raids_today -step
attack_level: -attack_base +attack_memory_decay -attacks_today -district_tempo +memory_attacks
    -step
fall of memory_raids: +operation_memory_decay
inflow of memory_raids: +raids
fall of memory_operations: +operation_memory_decay
inflow of memory_operations: +operations
fall of memory_harmful: +operation_memory_decay
inflow of memory_harmful: +bluntness +operation_harm +operations
fall of memory_attacks: +attack_memory_decay
inflow of memory_attacks: +attacks
""",
    "kin": """
start of kin_hit: -cooling_rate +deaths_per_operation -disappearances_reported_share +kin_size
    -kin_targeting +militants_today -operations_recorded_share +recorded_operations
    +reported_disappearances +taken_per_operation
start of kin_fresh: +cooling_rate -deaths_per_operation +disappearances_reported_share -kin_size
    -kin_targeting +militants_today +operations_recorded_share -recorded_operations
    -reported_disappearances -spent_share -taken_per_operation
kin_returning: <=1 +kin_hit +kin_targeting
hits_of_hit: +detained +disappeared -kin_hit -kin_known +kin_size -militant_base
    +operation_deaths_civilian
newly_hit: +hits_of_hit -kin_hit -kin_targeting
relief: <=1 -redress -redress_response
killed_felt: +kin_decay +memory_killed -step
missing_felt: +early_return_rate +late_return_rate -long_share +missing_weeks +missing_years
    -step
kin_flow: +killed_felt +kin_decay +kin_fresh -kin_hit -kin_targeting +memory_detained
    +missing_felt +recruits_per_detained +recruits_per_disappeared +recruits_per_killed +relief
    -step
kin_today: +disappeared_today +killed_today +kin_fresh_today -kin_hit_today -kin_targeting
    +recruits_per_detained +recruits_per_disappeared +recruits_per_killed +taken_today
harm_level: <=1 -disappeared_today +killed_felt -killed_today -militant_base +missing_felt
kin_pull: <0 +kin_flow -kin_sympathy -kin_today -militant_base
kin_turned: -civilians +kin_pull
fall of memory_killed: +kin_decay
inflow of memory_killed: +deaths_in_custody +militant_kin_weight +operation_deaths_civilian
    +operation_deaths_militant +operation_harm
fall of memory_detained: +kin_decay
inflow of memory_detained: +detained
rise of kin_hit: +detained +disappeared +kin_size -kin_targeting -militant_base
    +operation_deaths_civilian
fall of kin_hit: +cooling_rate
rise of kin_fresh: +cooling_rate +newly_hit -spent_share
fall of kin_fresh: +hits_of_hit +kin_returning +newly_hit +spent_share
""",
    "alienation": """
grievance: <=1 +grievance_exclusion +grievance_extraction +grievance_repression
    ±weight_exclusion ±weight_extraction
grievance_today: <=1 +exclusion_today +extraction_today +repression_today ±weight_exclusion
    ±weight_extraction
grievance_level: +grievance -grievance_today
rise of trust: +alienation_response -grievance +grievance_today -harm_level +trust_rate
    ±trust_response +trust_today
fall of trust: +trust_rate -trust_today
rise of grievance_repression: -alienation_response +grievance_rate +harm_level +repression_today
fall of grievance_repression: +grievance_rate -repression_today
""",
    "contagion": """
start of memory_toll: -attack_memory_decay +attacks_today +deaths_per_attack_energy
    +deaths_per_attack_transport +deaths_per_attack_urban +deprivation +deprivation_response
    ±energy_sites ±exposure +hardening -islamist_roots_everywhere -islamist_targets_everywhere
    ±islamist_today +islamist_urban +majority -majority_recruits -nationalist_roots_everywhere
    -nationalist_targets_everywhere +people_everywhere +population +step ±transport_lines
    +urban_share ±visibility_energy ±visibility_transport +visibility_urban
toll_everywhere: +memory_toll
attacks_transport_today_everywhere: +attacks_today +deprivation +deprivation_response
    -energy_sites ±exposure +hardening -islamist_roots_everywhere -islamist_targets_everywhere
    ±islamist_today -islamist_urban +majority -majority_recruits -nationalist_roots_everywhere
    -nationalist_targets_everywhere +people_everywhere +population +transport_lines -urban_share
    -visibility_energy +visibility_transport -visibility_urban
attacks_energy_today_everywhere: +attacks_today +deprivation +deprivation_response +energy_sites
    ±exposure ±hardening -islamist_roots_everywhere -islamist_targets_everywhere ±islamist_today
    -islamist_urban +majority -majority_recruits -nationalist_roots_everywhere
    -nationalist_targets_everywhere +people_everywhere +population -transport_lines -urban_share
    +visibility_energy -visibility_transport -visibility_urban
attacks_urban_today_everywhere: +attacks_today +deprivation +deprivation_response -energy_sites
    ±exposure +hardening -islamist_roots_everywhere -islamist_targets_everywhere ±islamist_today
    +islamist_urban +majority -majority_recruits -nationalist_roots_everywhere
    -nationalist_targets_everywhere +people_everywhere +population -transport_lines +urban_share
    -visibility_energy -visibility_transport +visibility_urban
others_today: <=1 -sympathisers_today
toll_level: <=1 +attack_memory_decay -attacks_energy_today_everywhere
    -attacks_transport_today_everywhere -attacks_urban_today_everywhere
    -deaths_per_attack_energy -deaths_per_attack_transport -deaths_per_attack_urban -step
    +toll_everywhere
sympathised: ±contact_share +cooling_rate +grievance_level -others_today +support
    +sympathisers_today
cooled: +cooling_rate +service_level ±services_response -services_today +toll_level
    -toll_response
fall of memory_toll: +attack_memory_decay
inflow of memory_toll: +attack_deaths_civilian
""",
    "recruitment": """
recruitment_coercion: <0 <=1 +harm_level +raid_level -recruitment_response
    -recruitment_response_harm
contact_rate: -kin_today -militants_today +recruits_today -relapsed_today -sponsored_today
    -spontaneous_today
room: ±filled_today -militant_level -population +sympathiser -sympathisers_today
recruited_nationalist: -absence_response +contact_rate +grievance_level +importation -investment
    +investment_today +kin_flow +militant_base +militant_nationalist +missing_level
    +nationalist_share_today ±opportunity_response +recruitment_coercion +room
    +spontaneous_today -sympathiser
recruited_hardline: -absence_response +contact_rate +grievance_level +hardline_share_today
    +importation -investment +investment_today +kin_flow +militant_base +militant_hardline
    +missing_level ±opportunity_response +recruitment_coercion +room +spontaneous_today
    -sympathiser
recruited_islamist: -absence_response +contact_rate +grievance_level +importation -investment
    +investment_today +islamist_sensitivity +islamist_share_today +kin_flow +militant_base
    +militant_islamist +missing_level ±opportunity_response +recruitment_coercion +room
    +spontaneous_today -sympathiser
deserted_nationalist: +desertion_rate
deserted_hardline: +desertion_rate
deserted_islamist: +desertion_rate
""",
    "campaigns": """
spread of campaign: +campaign_spread
fade of campaign: +campaign_fade
spread of district_tempo: +district_spread
fade of district_tempo: +district_fade
""",
    "attacks": """
start of excitation: +attack_base +attacks_today -momentum_decay +step
own_rate: +attacks_today -bluntness_today -militants_today -momentum -operations_today
    -retaliation -retaliation_harm
arms: +importation -militant_level ±sponsored_arms
retaliation_flow: +attack_exposure +memory_harmful +memory_operations +operation_memory_decay
    +retaliation +retaliation_harm -step
strength_nationalist: +arms +campaign +carried_out_by_nationalist +district_tempo +ease
    +nationalist_exposure +own_rate
strength_islamist: +arms +campaign +carried_out_by_islamist +district_tempo +ease
    +islamist_exposure +own_rate
ready_nationalist: +attack_share_nationalist_today +excitation +group_level 0hardline_today
    +militant_hardline +militant_nationalist +momentum +momentum_decay -outbidding_response
    +retaliation_flow +spoiler_response -step +strength_nationalist +talks
ready_islamist: +attack_share_islamist_today +excitation +group_level +militant_islamist
    +momentum +momentum_decay -outbidding_response +retaliation_flow +spoiler_response -step
    +strength_islamist +talks
fall of excitation: +momentum_decay
inflow of excitation: +attacks
""",
    "targets": """
militants_everywhere: +militant_hardline +militant_islamist +militant_nationalist
militants_today_everywhere: +militants_today +population
appeal_security_to_nationalist: <=1 -hardening -presence -protection_security
appeal_transport_to_nationalist: <=1 -hardening -presence -protection_transport +transport_lines
    +visibility_transport
appeal_energy_to_nationalist: <=1 +energy_sites -hardening -presence +project_scale
    -protection_energy +visibility_energy
appeal_urban_to_nationalist: -hardening -presence -protection_urban +urban_cells +urban_share
    +visibility_urban
let_through_nationalist: <=1 +appeal_energy_to_nationalist +appeal_security_to_nationalist
    +appeal_transport_to_nationalist +appeal_urban_to_nationalist -energy_sites -project_scale
    +substitution -transport_lines -urban_cells -urban_share -visibility_energy
    -visibility_transport -visibility_urban
carried_out_by_nationalist: +let_through_nationalist -let_through_nationalist_today
attacks_by_appeal_of_nationalist: -appeal_energy_to_nationalist -appeal_security_to_nationalist
    -appeal_transport_to_nationalist -appeal_urban_to_nationalist +ready_nationalist
appeal_security_to_islamist: <=1 -hardening -presence -protection_security
appeal_transport_to_islamist: <=1 -hardening -presence -protection_transport +transport_lines
    +visibility_transport
appeal_energy_to_islamist: <=1 +energy_sites -hardening -presence +project_scale
    -protection_energy +visibility_energy
appeal_urban_to_islamist: -hardening +islamist_urban -presence -protection_urban +urban_cells
    +urban_share +visibility_urban
let_through_islamist: <=1 +appeal_energy_to_islamist +appeal_security_to_islamist
    +appeal_transport_to_islamist +appeal_urban_to_islamist -energy_sites -islamist_urban
    -project_scale +substitution -transport_lines -urban_cells -urban_share -visibility_energy
    -visibility_transport -visibility_urban
carried_out_by_islamist: +let_through_islamist -let_through_islamist_today
attacks_by_appeal_of_islamist: -appeal_energy_to_islamist -appeal_security_to_islamist
    -appeal_transport_to_islamist -appeal_urban_to_islamist +ready_islamist
attacks: +attacks_energy +attacks_security +attacks_transport +attacks_urban
attacks_security: +appeal_security_to_islamist +appeal_security_to_nationalist
    +attacks_by_appeal_of_islamist +attacks_by_appeal_of_nationalist
attacks_transport: +appeal_transport_to_islamist +appeal_transport_to_nationalist
    +attacks_by_appeal_of_islamist +attacks_by_appeal_of_nationalist
attacks_energy: +appeal_energy_to_islamist +appeal_energy_to_nationalist
    +attacks_by_appeal_of_islamist +attacks_by_appeal_of_nationalist
attacks_urban: +appeal_urban_to_islamist +appeal_urban_to_nationalist
    +attacks_by_appeal_of_islamist +attacks_by_appeal_of_nationalist
rise of urban_cells: +militants_everywhere -militants_today_everywhere +seeding_rate
    +seeding_response
fall of urban_cells: +raid_level +seeding_rate
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
relocations: +relocated_hardline +relocated_islamist +relocated_nationalist
relocated_nationalist: +memory_operations +operation_memory_decay +relocation_rate +scatter
    -step
attraction of relocated_nationalist: +deprivation +deprivation_response +majority
    -majority_recruits +support_pull +sympathiser
relocated_hardline: +memory_operations +operation_memory_decay +relocation_rate +scatter -step
attraction of relocated_hardline: +deprivation +deprivation_response +majority
    -majority_recruits +support_pull +sympathiser
relocated_islamist: +memory_operations +operation_memory_decay +relocation_rate +scatter -step
attraction of relocated_islamist: +deprivation +deprivation_response +support_pull +sympathiser
""",
    "factions": """
start of groups: +groups_today +militant_base
splitting: <=1 +raid_level -splinter_response
group_level: +groups -groups_today -militant_base
groups_active: +attack_level -group_level +groups
splintered: +splinter_rate +splitting
softened: -hardline_today +splinter_rate
fall of groups: +group_turnover
inflow of groups: ±entrant_share +grievance_level +group_turnover +groups_today +militant_base
    +militant_level -population +splitting +sympathiser -sympathisers_today
""",
    "economy": """
start of damage_transport: +attacks_today +deprivation +deprivation_response ±energy_sites
    ±exposure +hardening -investment_rate -islamist_roots_everywhere
    -islamist_targets_everywhere ±islamist_today -islamist_urban +majority -majority_recruits
    -nationalist_roots_everywhere -nationalist_targets_everywhere +people_everywhere +population
    +step +transport_lines -urban_share ±visibility_energy +visibility_transport
    -visibility_urban
start of damage_energy: +attacks_today +deprivation +deprivation_response +energy_sites
    ±exposure ±hardening -investment_rate -islamist_roots_everywhere
    -islamist_targets_everywhere ±islamist_today -islamist_urban +majority -majority_recruits
    -nationalist_roots_everywhere -nationalist_targets_everywhere +people_everywhere +population
    +step -transport_lines -urban_share +visibility_energy -visibility_transport
    -visibility_urban
burden: <=1 -attack_base -attacks_energy_today -attacks_transport_today +damage_energy
    +damage_transport +investment_rate -step
budget: ±fiscal_dependence +investment -investment_today
left_for_services: +budget -burden +repair_share
rise of investment: +investment_rate +investment_today
fall of investment: +attack_level ±flight_share +investment_rate -investment_today
fall of damage_transport: +investment_rate
inflow of damage_transport: +attacks_transport
fall of damage_energy: +investment_rate
inflow of damage_energy: +attacks_energy
""",
    "development": """
extraction_level: -local_agency -local_revenue_share +project_scale
rise of grievance_extraction: +extraction_level +extraction_today +grievance_rate
    -project_response
fall of grievance_extraction: -extraction_today +grievance_rate
rise of service_level: +left_for_services +local_revenue_share +project_scale ±revenue_yield
    +service_rate +services +services_today
fall of service_level: +service_rate -services_today
""",
    "politics": """
rise of grievance_exclusion: ±agency_response +exclusion_today +grievance_rate -local_agency
    -proxies ±proxy_response
fall of grievance_exclusion: -exclusion_today +grievance_rate
""",
    "dialogue": """
talks: <=1 +dialogue +dialogue_hardline +dialogue_islamist
reintegrated_nationalist: +credibility +dialogue +dialogue_response +trust
reintegrated_hardline: +credibility +dialogue_hardline +dialogue_response
    +reconcilability_hardline +trust
reintegrated_islamist: +credibility +dialogue_islamist +dialogue_response
    +reconcilability_islamist +trust
relapsed_nationalist: +nationalist_share_today -reintegration_response -reintegration_support
    +relapse_rate
relapsed_hardline: +hardline_share_today -reintegration_response -reintegration_support
    +relapse_rate
relapsed_islamist: +islamist_share_today -reintegration_response -reintegration_support
    +relapse_rate
settled: +cooling_rate
rise of credibility: +commitment_rate +local_agency +proxies +proxy_channel +talks
fall of credibility: +bluntness_level +breach +commitment_decay +raid_level
""",
    "sponsorship": """
sponsored_hardline: +hardline_share_today +importation -islamist_share_today +militant_base
    -passive +sponsored_today
sponsored_islamist: -hardline_share_today +importation +islamist_share_today +militant_base
    -passive +sponsored_today
""",
}
"""By mechanism, everything that it declares."""

BELOW = {
    "kin": """
kin_turned_away: -kin_pull -sympathiser
""",
    "dialogue": """
spoiled: +credibility +dialogue +dialogue_hardline +dialogue_islamist -dialogue_response
    +militant_hardline +militant_islamist +militant_nationalist +reconcilability_hardline
    +reconcilability_islamist +room -sympathiser +trust
""",
}
"""What only acts where parameters of either sign are below zero."""


def claims_of(text: str) -> dict[str, str]:
    """Return the claims of a block by quantity; an indented line continues the one before."""
    whole = text.strip().replace("\n    ", " ")
    return dict(line.split(": ", 1) for line in whole.splitlines())
