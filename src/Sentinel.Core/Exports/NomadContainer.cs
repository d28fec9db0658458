using Sentinel.Core.Projects;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Exports;

/// <summary>What the docker driver of Nomad is told about a container.</summary>
internal static class NomadContainer
{
    /// <param name="ports">Their labels.</param>
    public static void Add(HclText hcl, Service service, Conversion conversion, IReadOnlyList<string> ports)
    {
        var (spec, treatment) = (service.Spec, service.Spec.Treatment);
        var (isOpen, hasTerminal) = Containers.Input(service);
        hcl.Add("image", service.Image);
        hcl.Add("entrypoint", Containers.Words(service, []));
        hcl.Add("work_dir", Containers.Folder(service, conversion));
        if (ports.Count > 0)
            hcl.Add("ports", ports);
        hcl.Add("interactive", isOpen);
        hcl.Add("tty", hasTerminal);
        hcl.Add("pids_limit", service.Take("pids-max") ? treatment.Tree.Pids : null);
        hcl.Add("cpuset_cpus", service.Take("cpu-affinity") ? string.Join(',', treatment.Cpus!) : null);
        service.TakeAll("limit", "log-pipe");
        if (treatment.Limits.Count > 0)
            hcl.Block("ulimit", null, () =>
            {
                foreach (var limit in treatment.Limits)
                    hcl.Add(limit.Name, limit.Soft == limit.Hard ? Containers.Limit(limit.Soft) : $"{Containers.Limit(limit.Soft)}:{Containers.Limit(limit.Hard)}");
            });
    }
}
