using System.Globalization;
using System.Text.RegularExpressions;
using Sentinel.Core.Environments;
using Sentinel.Core.Projects;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Exports;

/// <summary>What a process gets as its environment: as Sentinel puts it together, but for what is only known where it starts.</summary>
internal sealed partial class Variables
{
    private const string PortReference = "${port:";

    private readonly List<Layer> _layers = [];
    private readonly Dictionary<string, string> _known = [];
    private readonly Conversion _conversion;
    private readonly Service _service;

    public Variables(Conversion conversion, Service service)
    {
        (_conversion, _service) = (conversion, service);
        foreach (var neighbour in Neighbours())
            foreach (var port in neighbour.Spec.Ports)
                Add($"{neighbour.Prefix}_{port.Variable}", NumberOf(neighbour, port.Name)!);
        foreach (var file in conversion.Project.EnvironmentFiles)
            Add(file, isOfProject: true);
        foreach (var variable in conversion.Project.Variables)
            Add(variable.Name, variable.Value, FileKeys.Environment, variable.Place);
        service.TakeAll(FileKeys.EnvironmentFiles, FileKeys.Environment);
        foreach (var file in service.Process.Find(FileKeys.EnvironmentFiles)?.Given ?? [])
            Add(file, isOfProject: false);
        foreach (var given in service.Process.Find(FileKeys.Environment)?.Given ?? [])
            if (Variable.Parse(given.Text) is var (name, value))
                Add(name, value, $"{service.Process.Name}.{FileKeys.Environment}", given.Place);
        foreach (var port in service.Spec.Ports)
            Add(port.Variable, NumberOf(service, port.Name)!);
    }

    /// <summary>Lowest precedence first.</summary>
    public IReadOnlyList<Layer> Layers => _layers;

    /// <summary>All environment files, in the order in which they are given.</summary>
    public IEnumerable<Layer.File> Files => _layers.OfType<Layer.File>();

    /// <summary>Those of which nothing is known here.</summary>
    public IEnumerable<Layer.File> Unread => Files.Where(file => !file.IsRead);

    /// <summary>Each name once, with the value that counts.</summary>
    public IEnumerable<(string Name, string Value)> All => Layer.Last(_layers.SelectMany(layer => layer.Known));

    /// <summary>Null: it is not known here.</summary>
    public string? Find(string name) => _known.GetValueOrDefault(name);

    /// <summary>A URL or an address with the values of its variables.</summary>
    /// <param name="missing">The name of a variable whose value is not known here; null: all are.</param>
    public string Expanded(string text, out string? missing)
    {
        string? unknown = null;
        var expanded = new VariableExpansion(name => Find(name) ?? Missing(name), takesBareNames: true).Expand(text, isQuoted: false, out _);
        missing = unknown;
        return expanded;

        string? Missing(string name)
        {
            unknown ??= name;
            return null;
        }
    }

    // As Sentinel has it, each would get the ports of all. Here only those that it may use, or a project of fifty would be unreadable.
    private IEnumerable<Service> Neighbours()
    {
        string[] texts = [.. _service.Process.Run.Words, .. _service.Process.Settings.SelectMany(setting => setting.Values), .. _conversion.Project.Variables.Select(variable => variable.Value)];
        var named = texts.SelectMany(text => Name().Matches(text)).SelectMany(name => _conversion.WithPort(name.Value));
        return _service.Spec.Needs.Select(need => _conversion.Find(need.Name)).OfType<Service>().Concat(named).Where(other => other != _service).Distinct();
    }

    private string? NumberOf(Service service, string port) =>
        _conversion.Ports.Find(service.Process.Name, port)?.ToString(CultureInfo.InvariantCulture);

    private void Add(Given given, bool isOfProject)
    {
        var file = new Layer.File(given, isOfProject);
        if (_conversion.Contents.Read(file.Path, file.IsOptional) is { } content)
        {
            var read = DotEnv.Parse(content, Find);
            foreach (var fault in read.Faults)
                _service.TellOfFile(file, $"line {fault.Line} is left out: {fault.Why}");
            file = file with { Variables = [.. Layer.Last(read.Assignments.Select(one => (one.Name, one.Value)))] };
            foreach (var (name, value) in file.Known)
                _known[name] = value;
        }

        _layers.Add(file);
    }

    private void Add(string name, string value)
    {
        if (_layers is not [.., Layer.Values values])
            _layers.Add(values = new Layer.Values([]));
        values.Own.Add((name, value));
        _known[name] = value;
    }

    private void Add(string name, string value, string path, Place place)
    {
        if (!value.Contains("${", StringComparison.Ordinal))
        {
            Add(name, value);
            return;
        }

        var missing = new List<string>();
        var withPorts = WithPorts(value, missing);
        var expanded = new VariableExpansion(Known).Expand(withPorts, isQuoted: true, out var why);
        if (why is not null || missing.Count > 0)
            _conversion.Told.Tell(place, path, why is not null
                ? $"{name} is left out: {why}"
                : $"{name} is left out, because its value has {string.Join(" and ", missing)}, known only where it starts; set it there");
        else
            Add(name, expanded);

        string? Known(string variable)
        {
            if (Find(variable) is { } known)
                return known;
            missing.Add(variable);
            return null;
        }
    }

    private string WithPorts(string value, List<string> missing)
    {
        for (var at = value.IndexOf(PortReference, StringComparison.Ordinal); at >= 0; at = value.IndexOf(PortReference, at, StringComparison.Ordinal))
        {
            var end = value.IndexOf('}', at);
            if (end < 0)
                break;
            var reference = value[(at + PortReference.Length)..end];
            var number = PortOf(reference);
            if (number is null)
                missing.Add($"the port of {reference}");
            value = value[..at] + number + value[(end + 1)..];
        }

        return value;
    }

    // Its own port, that of another process, or one of several: PROCESS/NAME.
    private string? PortOf(string reference)
    {
        if (NumberOf(_service, reference) is { } own)
            return own;
        var slash = reference.LastIndexOf('/');
        return _conversion.Find(reference) is { Spec.Ports: [var only] } other ? NumberOf(other, only.Name)
            : slash > 0 && _conversion.Find(ProcessName.Short(reference[..slash])) is { } named ? NumberOf(named, reference[(slash + 1)..])
            : null;
    }

    [GeneratedRegex("[A-Z0-9_]+")]
    private static partial Regex Name();
}

/// <summary>A part of an environment.</summary>
internal abstract record Layer
{
    /// <summary>The variables whose values are known here.</summary>
    public abstract IReadOnlyList<(string Name, string Value)> Known { get; }

    /// <summary>Each name once, with the value that counts.</summary>
    public static IEnumerable<(string Name, string Value)> Last(IEnumerable<(string Name, string Value)> variables) =>
        variables.GroupBy(variable => variable.Name).Select(same => same.Last());

    /// <param name="IsOfProject">Whether all processes have it.</param>
    public sealed record File(Given Given, bool IsOfProject) : Layer
    {
        /// <summary>Null: nobody has read it.</summary>
        public IReadOnlyList<(string Name, string Value)>? Variables { get; init; }

        public bool IsRead => Variables is not null;

        public override IReadOnlyList<(string Name, string Value)> Known => Variables ?? [];

        /// <summary>Whether it may be missing.</summary>
        public bool IsOptional => Given.Text.StartsWith('?');

        public string Path => Given.Text.TrimStart('?');
    }

    public sealed record Values(List<(string Name, string Value)> Own) : Layer
    {
        public override IReadOnlyList<(string Name, string Value)> Known => Own;
    }
}
