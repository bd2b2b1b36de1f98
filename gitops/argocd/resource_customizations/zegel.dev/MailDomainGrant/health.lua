-- How Argo CD reads a MailDomainGrant: as kstatus does. One without a status is done: in an open cluster nobody looks at grants.
local health = {status = "Healthy", message = "nobody has looked at it: grants are heeded in a closed cluster"}
if obj.status == nil or obj.status.conditions == nil then
  return health
end
if obj.status.observedGeneration ~= obj.metadata.generation then
  return {status = "Progressing", message = "not read yet"}
end
for _, condition in ipairs(obj.status.conditions) do
  if condition.type == "Ready" then
    health.message = condition.message
    if condition.status ~= "True" then
      health.status = "Degraded"
    end
  end
end
return health
