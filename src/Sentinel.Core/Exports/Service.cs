using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using Sentinel.Core.Environments;
using Sentinel.Core.Projects;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Exports;

/// <summary>
/// A process of a project on its way to an engine. A key that the engine does not take is told, so that no key is dropped in
/// silence, and none that is new can be forgotten.
/// </summary>
/// <param name="name">As the engine knows it.</param>
/// <param name="isUsual">Whether it is started where nobody asks for a profile.</param>
internal sealed class Service(Conversion conversion, ProjectProcess process, ProcessSpec spec, string name, bool isUsual)
{
    /// <summary>The keys of a check of health that say when it is asked.</summary>
    public static readonly string[] CheckTimes = ["health-interval", "health-timeout", "health-failures", "health-start-period"];

    private const int KeyDigits = 8;

    // Each engine takes what they ask for in any case.
    private static readonly string[] Always = ["any-listener"];

    // Without the check that they are about, or with one that the engine does not have.
    private const string NoCheck = "there is no check that it would be for";

    private readonly HashSet<string> _taken = [.. Always];

    public ProjectProcess Process => process;

    public ProcessSpec Spec => spec;

    public string Name => name;

    public bool IsUsual => isUsual;

    public string Image => process.Image ?? HostFiles.Image;

    /// <summary>Whether it runs with the files and the network of its machine.</summary>
    public bool HasHostFiles => conversion.HasHostFiles;

    public int Instances => process.Instances ?? 1;

    /// <summary>What it gets as its environment.</summary>
    public Variables Variables { get; set; } = null!;

    /// <summary>Its secrets; each with its value if that goes with the project.</summary>
    public IReadOnlyList<(Secret Secret, string? Value)> Secrets { get; set; } = [];

    /// <summary>The objects that it comes to, such as <c>deployment/web</c>, for an engine that has kinds of them.</summary>
    public List<string> Objects { get; } = [];

    /// <summary>The names of the secrets that have to be there first, because nobody gives them with the project.</summary>
    public List<string> NeededSecrets { get; } = [];

    /// <summary>When it is restarted: a task that has succeeded never is.</summary>
    public RestartRule Restart => spec is { IsTask: true, Restart: RestartRule.Always } ? RestartRule.OnFailure : spec.Restart;

    /// <summary>Whether it runs to its end: as a task, or because nothing restarts it.</summary>
    public bool Ends => spec.IsTask || spec.Restart == RestartRule.Never;

    public bool Has(string key) => Find(key) is not null;

    /// <summary>Whether it has a key, which is looked after now.</summary>
    public bool Take(string key)
    {
        _taken.Add(key);
        return Has(key);
    }

    /// <summary>Looks after several keys.</summary>
    public void TakeAll(params string[] keys) => _taken.UnionWith(keys);

    /// <summary>Tells of a key that it has, and looks after it.</summary>
    public void Tell(string key, string why)
    {
        if (Take(key))
            conversion.Told.Tell(Find(key)!.Place, PathOf(key), why);
    }

    /// <summary>Tells of one value of a key.</summary>
    /// <param name="start">How the value begins: a name, or a name and the character after it.</param>
    public void TellOf(string key, string start, string why)
    {
        _taken.Add(key);
        var given = Find(key)!.Given.FirstOrDefault(one => IsOf(one.Text, start));
        conversion.Told.Tell(given.Text is null ? Find(key)!.Place : given.Place, PathOf(key), why);
    }

    /// <summary>Tells of the process.</summary>
    public void Tell(string why) => conversion.Told.Tell(process.Place, process.Name, why);

    /// <summary>Tells of an environment file, of its own or of the project.</summary>
    public void TellOfFile(Layer.File file, string why) =>
        conversion.Told.Tell(file.Given.Place, file.IsOfProject ? FileKeys.EnvironmentFiles : PathOf(FileKeys.EnvironmentFiles), why);

    /// <summary>Tells of all keys that nobody has looked after.</summary>
    public void TellRest(Engine engine)
    {
        foreach (var setting in process.Settings.Concat(process.Others).Where(setting => !_taken.Contains(setting.Key)))
            Tell(setting.Key, engine.Whys.GetValueOrDefault(setting.Key) ?? (CheckTimes.Contains(setting.Key) ? NoCheck : $"nothing of {engine.Title} stands for it"));
    }

    /// <summary>Where people reach it; null: nobody said, or it is not known here and told.</summary>
    public string? TakeUrl()
    {
        if (!Take("url"))
            return null;
        var url = Variables.Expanded(spec.Url!, out var missing);
        if (missing is not null)
            Tell("url", $"it has {missing}, which is known only where it runs");
        return missing is null ? url : null;
    }

    /// <summary>Its ports, each with the number that it has there, for the first instance if not for all.</summary>
    public IReadOnlyList<(PortRequest Port, int Number)> TakePorts()
    {
        Take(FileKeys.Port);
        var ports = spec.Ports.Select(port => (Port: port, Number: conversion.Ports.Of(process.Name, port.Name))).ToList();
        foreach (var (port, number) in ports)
            if (port.Number is null)
                TellOf(FileKeys.Port, port.ToString(), $"any free port will do here, and it is always {number} there");
            else if (port.Number != number)
                TellOf(FileKeys.Port, port.ToString(), $"it is {number} there, because another process of the project has {port.Number}");
        return ports;
    }

    /// <summary>The other process that a need names; null, and told: it is of another project, or not there.</summary>
    public Service? Needed(Need need)
    {
        if (conversion.Find(ProcessName.Short(need.Name)) is { } other && (!need.Name.Contains('/') || ProcessName.ProjectOf(need.Name) == conversion.Project.Name))
            return other;
        TellOf("needs", need.Name, $"{need.Name} is not of this project, so nothing is ordered by it");
        return null;
    }

    /// <summary>The name that the numbers of its ports begin with in the variables of others.</summary>
    public string Prefix => NeighbourPorts.PrefixOf(process.Name);

    /// <summary>A key of all that the file says of it, so that a change of it shows.</summary>
    public string SpecHash => HashOf([
        .. process.Run.Words, process.Run.IsExact ? "exact" : "line",
        .. process.Settings.Concat(process.Others).SelectMany(setting => setting.Values.Prepend(setting.Key)),
        .. Variables.All.Select(variable => $"{variable.Name}={variable.Value}"),
        .. Secrets.Where(secret => secret.Value is not null).Select(secret => KeyOf([(secret.Secret.Name, secret.Value!)])),
    ]);

    /// <summary>A key of values that nobody is to see, for a name that changes with them. It is short, so that it tells little of them.</summary>
    public static string KeyOf(IEnumerable<(string Name, string Value)> values) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', values.Select(value => $"{value.Name}={value.Value}")))))[..KeyDigits];

    /// <summary>A short key of some texts.</summary>
    public static string HashOf(IEnumerable<string> texts) =>
        Convert.ToHexStringLower(XxHash64.Hash(Encoding.UTF8.GetBytes(string.Join('\0', texts))));

    private static bool IsOf(string text, string start) =>
        text.StartsWith(start, StringComparison.Ordinal) && (text.Length == start.Length || start[^1] == '=' || text[start.Length] is ',' or ':');

    private Setting? Find(string key) => process.Find(key) ?? process.Others.FirstOrDefault(setting => setting.Key == key);

    private string PathOf(string key) => $"{process.Name}.{key}";
}
