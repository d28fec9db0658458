using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Sentinel.Core.Startup;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Exports;

/// <summary>
/// The environment of a process for systemd, where what a file says counts more than what the unit says. So variables that count
/// more than a file of the user's are in a file of their own, after that, and so are the ports of each instance.
/// </summary>
internal sealed partial class SystemdEnvironment
{
    // Where units are, and so what is exported with them.
    private const string Folder = "/etc/systemd/system";

    private readonly List<(string Key, string Value)> _lines = [];
    private readonly List<ExportedFile> _files = [];

    public SystemdEnvironment(Service service, Conversion conversion)
    {
        var name = Systemd.BaseOf(service, conversion);
        var ports = service.TakePorts();
        foreach (var layer in service.Variables.Layers)
        {
            if (layer is Layer.File file)
                _lines.Add(("EnvironmentFile", $"{(file.IsOptional ? "-" : "")}{file.Path.Replace("%", "%%")}"));
            else if (layer is Layer.Values values && values.Own.Where(variable => IsTaken(variable.Name, variable.Value, service)).ToList() is { Count: > 0 } own)
                Add(own, name);
        }

        if (service.Instances == 1)
            return;
        _lines.Add(("Environment", $"{Variable.Instance}=%i"));
        if (ports.Count == 0)
            return;
        _lines.Add(("EnvironmentFile", $"{Folder}/{name}@%i.env"));
        _files.AddRange(Enumerable.Range(0, service.Instances).Select(before => new ExportedFile(
            $"{name}@{before + 1}.env",
            string.Concat(ports.Select(port => $"{port.Port.Variable}={(port.Number + before).ToString(CultureInfo.InvariantCulture)}\n")))));
    }

    public IReadOnlyList<ExportedFile> Files => _files;

    public void AddTo(UnitText unit)
    {
        foreach (var (key, value) in _lines)
            unit.Add(key, value);
    }

    private void Add(List<(string Name, string Value)> own, string name)
    {
        if (!_lines.Exists(line => line.Key == "EnvironmentFile"))
        {
            _lines.AddRange(own.Select(variable => ("Environment", Assignment(variable.Name, variable.Value))));
            return;
        }

        var file = $"{name}{(_files.Count == 0 ? "" : $"-{_files.Count + 1}")}.env";
        _files.Add(new ExportedFile(file, string.Concat(own.Select(variable => $"{variable.Name}={Quoted(variable.Value)}\n")), IsPrivate: true));
        _lines.Add(("EnvironmentFile", $"{Folder}/{file}"));
    }

    private static string Assignment(string name, string value) =>
        SystemdQuoting.Value(value) is var escaped && escaped == value && Plain().IsMatch(value) ? $"{name}={value}" : $"\"{name}={escaped}\"";

    private static bool IsTaken(string name, string value, Service service)
    {
        var isTaken = Name().IsMatch(name) && !value.Any(c => char.IsControl(c) && c is not ('\n' or '\t'));
        if (!isTaken)
            service.Tell($"the variable {name} is left out, because systemd takes no such {(Name().IsMatch(name) ? "value" : "name")}");
        return isTaken;
    }

    // As in a shell, within double quotes; see systemd.exec(5), EnvironmentFile=.
    private static string Quoted(string value)
    {
        if (Plain().IsMatch(value))
            return value;
        var quoted = new StringBuilder("\"");
        foreach (var c in value)
            quoted.Append(c is '"' or '\\' or '`' or '$' ? $"\\{c}" : c);
        return quoted.Append('"').ToString();
    }

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*$")]
    private static partial Regex Name();

    [GeneratedRegex(@"^[A-Za-z0-9_./:,@+=-]+\z")]
    private static partial Regex Plain();
}
