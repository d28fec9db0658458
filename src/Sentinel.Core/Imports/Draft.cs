using System.Globalization;
using Sentinel.Model.Fields;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Imports;

/// <summary>
/// A process as it will stand in <c>sentinel.toml</c>. What it is given is checked by the rules of <c>run</c>; what cannot be is
/// told and left out.
/// </summary>
/// <param name="name">As the file calls it.</param>
/// <param name="at">The place of its name.</param>
internal sealed class Draft(string name, string path, Place at, Notes notes)
{
    // Those of sentinel.toml alone, and those of run that people look for first.
    private static readonly string[] First =
        ["run", "type", "cwd", "needs", "after", "profile", "instances", "port", "env-file"];

    private readonly Dictionary<string, string> _keys = [];
    private readonly Dictionary<SpecField, (IReadOnlyList<string> Texts, Value From)> _options = [];
    private readonly List<Wanted> _ports = [];
    private readonly List<(string Name, string Value)> _variables = [];

    private static readonly ProcessSpec Sample = new()
    {
        Name = "process",
        Command = new Command(["true"], "true", Shell: false),
        WorkingDirectory = "/",
        Environment = "",
        Umask = 18,
    };

    private ProcessSpec _spec = Sample;

    public string Name => name;

    public string Path => path;

    public Place At => at;

    public Notes Notes => notes;

    public IReadOnlyList<(string Name, string Value)> Variables => _variables;

    public bool HasCommand => _keys.ContainsKey("run");

    public bool IsTask => _keys.ContainsKey("type");

    /// <summary>Whether something in it depends on a variable from elsewhere.</summary>
    public bool UsesVariables => _keys.GetValueOrDefault("run")?.Contains("${") == true || _variables.Exists(variable => variable.Value.Contains("${"));

    public bool HasHealth => _spec.Health is not null;

    public bool HasReadiness => _spec.Readiness?.Probe is not null;

    public bool Has(string option) => _keys.ContainsKey(option) || _options.Keys.Any(field => field.Key == option);

    public List<Need> Needs { get; } = [];

    /// <summary>A command line for a shell.</summary>
    public void Run(Value from, string line)
    {
        line = line.Trim();
        if (Fits(from, () => Command.From([line])))
            _keys["run"] = Toml.Text(line);
    }

    /// <summary>A program and its arguments, for which no shell is needed.</summary>
    public void Run(Value from, IReadOnlyList<string> words)
    {
        if (Fits(from, () => Command.From(words, isExact: true)))
            _keys["run"] = Toml.Texts(words);
    }

    /// <summary>The same; as a line where that is as good.</summary>
    /// <param name="written">The line that the words come from; null: there is none.</param>
    public void RunExactly(Value from, IReadOnlyList<string> words, string? written)
    {
        if (Words.OfShell(words) is { } shell)
            Run(from, shell);
        else if (Words.Line(words, written) is { } line)
            Run(from, line);
        else
            Run(from, words);
    }

    /// <summary>Those of the profiles that can be.</summary>
    public void Profiles(Value from)
    {
        var names = from.Items.Where(item => item.Text() is { } name && (ProcessName.IsValid(name) || Refuse(item, $"'{name}' cannot be the name of a profile: {ProcessName.Rule}"))).Select(item => item.Scalar!).ToList();
        if (names.Count > 0)
            Set("profile", Toml.Texts(names));
    }

    /// <summary>One is no set.</summary>
    public void Instances(Value from, int count)
    {
        if (count > Instance.Most)
            Refuse(from, $"a set has {Instance.Most} instances at most");
        else if (count > 1)
            (InstanceCount, _keys["instances"]) = (count, count.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>0: it is no set.</summary>
    public int InstanceCount { get; private set; }

    public void BeTask() => _keys["type"] = Toml.Text("task");

    public void Set(string key, string toml) => _keys[key] = toml;

    /// <summary>Gives an option of <c>run</c> its value.</summary>
    /// <returns>Whether it can have it; if not, that is told.</returns>
    public bool Give(Value from, string option, params IReadOnlyList<string> texts)
    {
        var field = SpecFields.Find(option)!;
        if (_options.Keys.FirstOrDefault(other => other.Choice is not null && other.Choice == field.Choice && other != field) is { } other)
        {
            from.Tell($"{field.Key} and {other.Key} exclude each other; {other.Key} was taken");
            return false;
        }

        if (!Fits(from, () => _spec = field.Give(_spec, texts, Asker.None)))
            return false;
        _options[field] = (texts, from);
        return true;
    }

    /// <summary>Gives an option what a key says, letter by letter, if it is there.</summary>
    public void Take(Keys keys, string key, string option)
    {
        if (keys.Take(key) is { } value && value.Text() is { } text)
            Give(value, option, text);
    }

    public void Give(Value from, string option, double number) => Give(from, option, number.ToString("0.###", CultureInfo.InvariantCulture));

    /// <param name="value">With <c>${NAME}</c> for variables.</param>
    public void Variable(Value from, string variable, string value)
    {
        if (!Fits(from, () => Model.Specs.Variable.Parse($"{variable}={value}")))
            return;
        var index = _variables.FindIndex(old => old.Name == variable);
        if (index < 0)
            _variables.Add((variable, Toml.Text(value)));
        else
            _variables[index] = (variable, Toml.Text(value));
    }

    /// <param name="value">What a variable is to be, letter by letter.</param>
    public void Literal(Value from, string variable, string value) => Variable(from, variable, value.Replace("${", @"\${"));

    /// <param name="label">What the port is for; null: nobody says.</param>
    public void Port(Value from, int number, string? label = null, bool orNext = false)
    {
        var called = label ?? (_ports.Count == 0 ? PortRequest.DefaultName : $"p{number}");
        if (_ports.Exists(port => port.Name == called))
            called = $"p{number}";
        if (_ports.Exists(port => port.Name == called) || !Fits(from, () => PortRequest.Parse($"{called}:{number}")))
            return;
        _ports.Add(new Wanted(called, number, orNext, from));
    }

    public void AnyPort() => _ports.Add(new Wanted(PortRequest.DefaultName, null, OrNext: false, null));

    public int PortCount => _ports.Count;

    public bool HasPort => _ports.Count > 0;

    /// <summary>Leaves out what has no effect without something that was not taken either, and what instances cannot share; shares no port.</summary>
    /// <param name="taken">The ports of those before it.</param>
    public void Settle(HashSet<int> taken)
    {
        var isSet = InstanceCount > 1;
        if (isSet && _options.Keys.FirstOrDefault(field => field.Key == "pid-file") is { } file)
        {
            _options[file].From.Tell("it names one file, and each of several instances needs its own");
            _options.Remove(file);
        }

        for (var i = 0; i < _ports.Count; i++)
            if (_ports[i] is { OrNext: false, Number: { } number, From: { } from })
            {
                if (!isSet && taken.Add(number))
                    continue;
                from.Tell(isSet ? $"each instance needs a port of its own: {number} or the next that is free" : $"another process has port {number} already: this one gets the next that is free");
                _ports[i] = _ports[i] with { OrNext = true };
            }

        foreach (var (field, (_, from)) in _options.ToList())
            if (field.Needs is { } needed && SpecFields.Find(needed)!.Get(_spec).Count == 0)
            {
                from.Tell($"{field.Key} has no effect without {needed}");
                _options.Remove(field);
            }
    }

    /// <summary>Its tables, without an empty line at the end.</summary>
    /// <param name="as">The name that it got.</param>
    public string Text(string @as)
    {
        if (_ports.Count > 0)
            _keys["port"] = _ports is [{ Name: PortRequest.DefaultName } only] ? only.Toml : Toml.Table([.. _ports.Select(port => (port.Name, port.Toml))]);
        foreach (var (field, (texts, _)) in _options)
            _keys[field.Key] = Shape(field, texts);
        var table = $"process.{Toml.Key(@as)}";
        var lines = new List<string> { $"[{table}]" };
        lines.AddRange(First.Concat(SpecFields.All.Select(field => field.Key)).Distinct().Where(_keys.ContainsKey).Select(key => $"{key} = {_keys[key]}"));
        lines.AddRange(Toml.Variables($"{table}.", _variables));
        return string.Join('\n', lines);
    }

    private static string Shape(SpecField field, IReadOnlyList<string> texts) => field.Shape switch
    {
        FieldShape.Flag => "true",
        FieldShape.Number => Toml.Number(double.Parse(texts[^1], CultureInfo.InvariantCulture)),
        FieldShape.Texts => Toml.Texts(texts),
        _ => Toml.Text(texts[^1]),
    };

    private static bool Refuse(Value from, string why)
    {
        from.Tell(why);
        return false;
    }

    private static bool Fits(Value from, Action judge)
    {
        try
        {
            judge();
            return true;
        }
        catch (FormatException e)
        {
            return Refuse(from, e.Message);
        }
    }

    public void Tell(string why) => notes.Tell(at, path, why);

    /// <param name="Number">Null: any that is free.</param>
    private sealed record Wanted(string Name, int? Number, bool OrNext, Value? From)
    {
        public string Toml => Number is not { } number ? Imports.Toml.Text("auto") : OrNext ? Imports.Toml.Text($"{number}+") : number.ToString(CultureInfo.InvariantCulture);
    }
}

/// <param name="Target">As the file calls it.</param>
/// <param name="Until">Null: what is usual for what the target is.</param>
internal sealed record Need(Value From, string Target, string? Until = null, bool IsOptional = false, bool IsRestarted = false);
