using System.Globalization;
using Sentinel.Api;
using Sentinel.Core.Home;
using Sentinel.Core.Host;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Environments;

/// <summary>
/// Builds the environment of a process whenever it starts. Lowest precedence first: the environment of its <c>run</c>, the user it
/// runs as, the file <c>.env</c> in Sentinel's home, the one in its own folder, its group's files, its group's variables, its own
/// files, its own variables, its ports, and what Sentinel sets itself.
/// </summary>
public sealed class ProcessEnvironments(SentinelHome home, IRegularFiles files, IAccounts accounts)
{
    /// <summary>What a process reads without being told so, in its own folder.</summary>
    public const string ImplicitFile = ".env";

    // A larger file cannot have been meant.
    private const int MostBytes = 1024 * 1024;

    /// <exception cref="EnvironmentException">A file that was asked for is missing, or has a line that cannot be read.</exception>
    public ProcessEnvironment Of(ProcessRecord record, State state)
    {
        var spec = record.Spec;
        var account = AccountOf(spec);
        var layers = new Layers(files, account);
        layers.Add(
            state.Environments.GetValueOrDefault(spec.Environment) ?? throw new EnvironmentException("the environment that it names is missing"),
            EnvironmentSource.Run);
        if (account is { IsAnother: true })
            layers.Forget(CallersOwn.Has);
        if (account is not null)
            foreach (var (name, value) in new[] { ("HOME", account.Home), ("USER", account.Name), ("LOGNAME", account.Name), ("SHELL", account.Shell) })
                layers.Set(name, value, EnvironmentSource.User);
        layers.AddIfThere(Path.Combine(home.Folder, ImplicitFile), isOfHome: true);
        layers.AddIfThere(Path.Combine(spec.WorkingDirectory, ImplicitFile), isOfHome: false);
        if (spec.Group is { } groupName && state.Groups.TryGetValue(groupName, out var group))
        {
            if (group.Project is not null)
                foreach (var (variable, port, process) in NeighbourPorts.Of(groupName, state))
                    layers.Set(variable, port.ToString(CultureInfo.InvariantCulture), EnvironmentSource.Port(process));
            foreach (var file in group.EnvironmentFiles)
                AddAsked(layers, file);
            layers.Add(group.Variables, EnvironmentSource.Group(groupName), Expanded);
        }

        foreach (var file in spec.EnvironmentFiles)
            AddAsked(layers, file);
        layers.Add(spec.Variables, EnvironmentSource.Option, Expanded);
        if (spec.Input == StandardInput.Terminal)
            layers.SetIfMissing("TERM", "xterm-256color", EnvironmentSource.Sentinel);
        foreach (var port in spec.Ports)
            if (state.PortOf(record.Id, port.Name) is { } lease)
                layers.Set(port.Variable, lease.Port.ToString(CultureInfo.InvariantCulture), EnvironmentSource.Port(port.Name));
        layers.Set(Variable.Id, record.Id.ToString(CultureInfo.InvariantCulture), EnvironmentSource.Sentinel);
        layers.Set(Variable.Name, spec.Name, EnvironmentSource.Sentinel);
        layers.Set(Variable.Group, spec.Group ?? "", EnvironmentSource.Sentinel);
        if (spec.Instance is { Number: var number })
            layers.Set(Variable.Instance, number.ToString(CultureInfo.InvariantCulture), EnvironmentSource.Sentinel);
        layers.Set(Variable.Cookie, record.RunCookie, EnvironmentSource.Sentinel);
        if (spec.IsToldBy(ProbeKind.Notify))
            layers.Set(Notification.SocketVariable, NotifyAddress.Of(record, home, account).Path, EnvironmentSource.Sentinel);
        if (spec.Health is { Probe.Kind: ProbeKind.Notify, Interval: var interval })
            layers.Set(Notification.WatchdogVariable, ((long)interval.TotalMicroseconds).ToString(CultureInfo.InvariantCulture), EnvironmentSource.Sentinel);
        return layers.Together(account);

        // In the file of a project, a value may name any variable that stands before it.
        string Expanded(string name, string value)
        {
            value = PortReferences.Expand(name, value, record, state);
            if (spec.Group is null || state.Groups.GetValueOrDefault(spec.Group)?.Project is null)
                return value;
            var expanded = new VariableExpansion(layers.ValueOf).Expand(value, isQuoted: true, out var why);
            return why is null ? expanded : throw new EnvironmentException($"{name}: {why}");
        }
    }

    /// <summary>Whether there is any file that could give a process variables.</summary>
    public bool HasFiles(ProcessRecord record, State state) =>
        record.Spec.EnvironmentFiles.Count > 0
        || (record.Spec.Group is { } group && state.Groups.GetValueOrDefault(group)?.EnvironmentFiles.Count > 0)
        || File.Exists(Path.Combine(home.Folder, ImplicitFile)) || File.Exists(Path.Combine(record.Spec.WorkingDirectory, ImplicitFile));

    // One that may be missing has a question mark in front of its absolute path.
    private static void AddAsked(Layers layers, string file)
    {
        if (file is not ['?', .. var path])
            layers.Add(file);
        else if (File.Exists(path))
            layers.Add(path);
    }

    /// <summary>What is wrong with an environment file; null when nothing is.</summary>
    public string? WhyNot(string file)
    {
        try
        {
            new Layers(files, reader: null).Add(file);
            return null;
        }
        catch (EnvironmentException e)
        {
            return e.Message;
        }
    }

    private Account? AccountOf(ProcessSpec spec)
    {
        try
        {
            return spec.Treatment.User is { } user ? accounts.Find(user) : null;
        }
        catch (SpawnException e)
        {
            throw new EnvironmentException(e.Message);
        }
    }

    // Files that belong to a process are read with the rights of its user, who may have put a link there.
    private sealed class Layers(IRegularFiles files, Account? reader)
    {
        private readonly OrderedDictionary<string, EnvironmentEntry> _entries = [];
        private readonly List<string> _warnings = [];

        /// <param name="expand">Gives what a variable, by its name, is to have for its value; null: that value.</param>
        public void Add(EnvironmentBlock block, EnvironmentSource source, Func<string, string, string>? expand = null)
        {
            // If a name occurs twice, the first counts, as it does for getenv(3).
            var own = new HashSet<string>();
            foreach (var entry in block.Entries())
                if (EnvironmentEntry.KeyOf(entry.Span) is var key && own.Add(key))
                {
                    var given = _entries[key] = new EnvironmentEntry(entry, source);
                    if (expand is not null && entry.Span.IndexOf("${"u8) >= 0)
                        Set(given.Name, expand(given.Name, given.Value), source);
                }
        }

        /// <summary>Null: it is not set.</summary>
        public string? ValueOf(string name) => _entries.TryGetValue(EnvironmentEntry.KeyOf(NativeText.Bytes(name)), out var entry) ? entry.Value : null;

        public void Forget(Func<EnvironmentEntry, bool> which)
        {
            foreach (var (key, _) in _entries.Where(entry => which(entry.Value)).ToList())
                _entries.Remove(key);
        }

        public void Set(string name, string value, EnvironmentSource source)
        {
            var entry = NativeText.Bytes($"{name}={value}");
            _entries[EnvironmentEntry.KeyOf(entry)] = new EnvironmentEntry(entry, source);
        }

        public void SetIfMissing(string name, string value, EnvironmentSource source)
        {
            if (!_entries.ContainsKey(EnvironmentEntry.KeyOf(NativeText.Bytes(name))))
                Set(name, value, source);
        }

        public void Add(string file)
        {
            try
            {
                if (!Read(files.Read(file, MostBytes, reader), file, out var faults))
                    throw new EnvironmentException($"there is no environment file {file}");
                if (faults.Count > 0)
                    throw new EnvironmentException($"{file}:{faults[0].Line}: {faults[0].Why}");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new EnvironmentException($"the environment file {file} cannot be read: {e.Message}");
            }
        }

        // Nobody asked for this file: its faults become warnings, and the rest of it is used.
        public void AddIfThere(string file, bool isOfHome)
        {
            // A folder of that name is a virtual environment.
            if (Directory.Exists(file))
                return;
            try
            {
                if (Read(isOfHome ? files.ReadOfHome(file, MostBytes) : files.Read(file, MostBytes, reader), file, out var faults))
                    _warnings.AddRange(faults.Select(fault => $"{file}:{fault.Line}: {fault.Why}; the line is left out"));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _warnings.Add($"{file} cannot be read: {e.Message}; it is left out");
            }
        }

        public ProcessEnvironment Together(Account? account) => new([.. _entries.Values], account, _warnings);

        private bool Read(byte[]? content, string file, out IReadOnlyList<DotEnvFault> faults)
        {
            faults = [];
            if (content is null)
                return false;
            (var assignments, faults) = DotEnv.Parse(content, ValueOf);
            foreach (var assignment in assignments)
                Set(assignment.Name, assignment.Value, EnvironmentSource.File(file, assignment.Line));
            return true;
        }
    }
}

/// <summary>The environment of one start.</summary>
/// <param name="Entries">Each name once.</param>
/// <param name="Account">The user whose environment it is; null: whoever starts it.</param>
/// <param name="Warnings">What was left out, in sentences.</param>
public sealed record ProcessEnvironment(IReadOnlyList<EnvironmentEntry> Entries, Account? Account, IReadOnlyList<string> Warnings)
{
    public EnvironmentBlock Block => EnvironmentBlock.Of(Entries.Select(entry => entry.Bytes));

    /// <summary>What comes from environment files.</summary>
    public IEnumerable<EnvironmentEntry> OfFiles => Entries.Where(entry => entry.Source.IsFile);

    /// <summary>Another one for another content of <see cref="OfFiles"/>.</summary>
    public string FilesKey => EnvironmentBlock.Of(OfFiles.Select(entry => entry.Bytes)).Key;
}

/// <summary>An environment cannot be put together; the message says why.</summary>
public sealed class EnvironmentException(string message) : Exception(message);
