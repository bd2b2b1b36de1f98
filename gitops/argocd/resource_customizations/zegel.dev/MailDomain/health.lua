-- How Argo CD reads a MailDomain: as kstatus does, and Suspended where nobody is to look.
local health = {status = "Progressing", message = "not judged yet"}
if obj.status == nil or obj.status.observedGeneration ~= obj.metadata.generation then
  return health
end
local conditions = {}
for _, condition in ipairs(obj.status.conditions or {}) do
  conditions[condition.type] = condition
end
local ready = conditions["Ready"]
if ready == nil then
  return health
end
health.message = ready.message
if conditions["Suspended"] ~= nil and conditions["Suspended"].status == "True" then
  health.status = "Suspended"
elseif ready.status == "True" then
  health.status = "Healthy"
elseif conditions["Stalled"] ~= nil and conditions["Stalled"].status == "True" then
  health.status = "Degraded"
end
return health
