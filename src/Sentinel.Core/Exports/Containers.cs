using System.Globalization;
using System.Text.RegularExpressions;
using Sentinel.Core.Host;
using Sentinel.Core.Projects;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Exports;

/// <summary>What all engines of containers have in common.</summary>
internal static partial class Containers
{
    /// <summary>Where secrets of Docker and Podman are in a container.</summary>
    public const string SecretFolder = "/run/secrets/";

    public static readonly LabelKeys Dotted = new("sentinel."), OfDomain = new("sentinel.dev/");

    /// <summary>What is executed, with what comes before it: the image's own entry point is not used.</summary>
    /// <param name="secrets">Those that its shell reads, from files of the container.</param>
    public static IReadOnlyList<string> Words(Service service, IReadOnlyList<Secret> secrets)
    {
        service.Take("before");
        if (service.HasHostFiles)
            return HostFiles.Words(service.Spec, secrets);
        return StartSteps.Around(service.Spec.Command, secrets, service.Spec.Before).Arguments;
    }

    /// <summary>Its folder in the container; null: that of the image.</summary>
    public static string? Folder(Service service, Conversion conversion)
    {
        if (!service.Take("cwd") || service.HasHostFiles)
            return null;
        var folder = service.Spec.WorkingDirectory;
        if (folder != conversion.Project.Folder && !folder.StartsWith(conversion.Project.Folder + "/", StringComparison.Ordinal))
            return folder;
        service.Tell("cwd", "it is a folder of this machine, so the process runs in the folder of its image");
        return null;
    }

    /// <summary>The user that it is to run as; null: that of the image, or root where only root can.</summary>
    public static string? User(Service service)
    {
        if (service.HasHostFiles)
            service.Tell("user", "with the files of its machine it runs as root, which alone may change its root");
        return service.Take("user") && !service.HasHostFiles ? service.Spec.Treatment.User : null;
    }

    /// <summary>Tells of variables that look for another process on the machine itself, which a container is not.</summary>
    public static void TellOfNeighbours(Service service, Conversion conversion)
    {
        foreach (var given in service.Process.Find(FileKeys.Environment)?.Given ?? [])
            if (given.Text.Contains("localhost", StringComparison.Ordinal) || given.Text.Contains("127.0.0.1", StringComparison.Ordinal))
                foreach (var other in Reference().Matches(given.Text).SelectMany(Named).Where(other => other != service).Distinct())
                    service.TellOf(FileKeys.Environment, given.Text[..(given.Text.IndexOf('=') + 1)], service.HasHostFiles
                        ? $"{other.Process.Name} is at localhost only where both are on the same machine" : $"in a container, {other.Process.Name} is not at localhost but at the host {other.Name}");

        IEnumerable<Service> Named(Match reference) =>
            reference.Groups["process"] is { Success: true, Value: var name } ? conversion.Find(name) is { } other ? [other] : [] : conversion.WithPort(reference.Groups["variable"].Value);
    }

    /// <summary>What of a check is asked: a URL or an address without variables, or a command; null, and told: it is not known here.</summary>
    public static Probe? Known(Service service, string key, Probe probe)
    {
        if (probe.Kind == ProbeKind.Exec)
            return probe;
        var known = probe with { Target = service.Variables.Expanded(probe.Target, out var missing) };
        if (missing is null && (probe.Kind == ProbeKind.Http ? known.UrlFor(_ => null) is not null : known.EndPointFor(_ => null) is not null))
            return known;
        service.Tell(key, missing is null ? $"'{known.Target}' cannot be asked" : $"'{probe.Target}' has {missing}, which is known only where it runs");
        return null;
    }

    /// <summary>How many CPUs it may use, as docker and Podman read it.</summary>
    public static string Cpus(TreeLimits tree) => (tree.CpuPercent!.Value / 100m).ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>A limit of a process, as docker and Podman read it.</summary>
    public static string Limit(ulong value) => value == ResourceLimit.Unlimited ? "-1" : value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether it has a terminal, and something to read that stays open.</summary>
    public static (bool IsOpen, bool HasTerminal) Input(Service service)
    {
        var (hasInput, hasTerminal) = (service.Take("stdin"), service.Take("tty"));
        return (hasTerminal || (hasInput && service.Spec.Input == StandardInput.Open), hasTerminal && service.Spec.Input == StandardInput.Terminal);
    }

    /// <summary>A length of time as docker and Nomad read it.</summary>
    public static string Time(TimeSpan time) => time.TotalSeconds == Math.Floor(time.TotalSeconds)
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds}s") : string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(time.TotalMilliseconds)}ms");

    /// <summary>What a secret has to be made from; nobody reads it here.</summary>
    public static string Source(Secret secret) => secret.IsCommand ? $"from what '{secret.Source}' prints" : $"from the file {secret.Source}";

    [GeneratedRegex(@"\$\{(?:port:(?<process>[^}/]+)|(?<variable>[A-Z0-9_]+))")]
    private static partial Regex Reference();
}

/// <summary>The marks by which things are known as those of a project.</summary>
internal sealed record LabelKeys(string Prefix)
{
    public Yaml.Table Of(Service service, Conversion conversion, bool hasHash = true) => new()
    {
        { $"{Prefix}project", conversion.Name },
        { $"{Prefix}name", service.Name },
        { $"{Prefix}group", conversion.Name },
        { $"{Prefix}spec-hash", hasHash ? service.SpecHash : null },
    };
}
