using System.Globalization;
using Sentinel.Model.Fields;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Projects;

/// <summary>Makes processes of tables, with what is below these: defaults, and the keys of those that they are like.</summary>
/// <param name="written">By name.</param>
internal sealed class ProcessReader(IReadOnlyDictionary<string, WrittenProcess> written, Faults faults)
{
    // A few lines could otherwise stand for more than fits into memory.
    private const int MostValues = 1_000_000;

    private readonly Dictionary<string, Node.Table> _merged = [];

    private int _values;

    /// <summary>Those that are as they should be.</summary>
    public List<ProjectProcess> Read()
    {
        var all = new List<ProjectProcess>();
        foreach (var process in written.Values)
        {
            if (_values > MostValues)
            {
                faults.Add(process.Place, $"the processes before this one have more than {MostValues:N0} values together");
                break;
            }

            if (Merged(process) is { } table && Of(process, table) is { } made)
                all.Add(made);
        }

        return all;
    }

    // Null: it is like one that is not there, or like itself in the end.
    private Node.Table? Merged(WrittenProcess process)
    {
        if (LikeOf(process) is null)
            return Over(null, process);
        var chain = new List<WrittenProcess>();
        Node.Table? below = null;
        for (var next = process; next is not null && !_merged.TryGetValue(next.Name, out below);)
        {
            if (chain.Contains(next) || chain.Count == Node.MostLevels)
            {
                faults.Add(LikeOf(chain[^1])!.Place, chain.Contains(next)
                    ? $"processes are like each other: {string.Join(" is like ", chain.SkipWhile(other => other != next).Append(next).Select(other => other.Name))}"
                    : $"more than {Node.MostLevels} processes are like each other");
                return null;
            }

            chain.Add(next);
            if (LikeOf(next) is not { } like)
                break;
            if (!written.TryGetValue(like.Value, out next))
            {
                faults.Add(like.Place, Neighbours.Missing(like.Value, written.Keys));
                return null;
            }
        }

        foreach (var one in Enumerable.Reverse(chain))
            below = Over(below, one);
        return below;
    }

    private Node.Table Over(Node.Table? below, WrittenProcess process) =>
        _merged[process.Name] = Merging.Process(process.Defaults, below is null ? process.Own : Merging.Process(below, process.Own));

    private static Node.Text? LikeOf(WrittenProcess process) => process.Own.Find(FileKeys.Like) as Node.Text;

    private ProjectProcess? Of(WrittenProcess process, Node.Table table)
    {
        var settings = new List<Setting>();
        table = WatchForm.Spread(table);
        foreach (var key in FileKeys.OfProcess)
            if (key.IsSetting && table.Find(key.Name) is { } node && key.Form!.Read(node, faults) is { Count: > 0 } given)
                settings.Add(new Setting(key.Name, given));
        _values += 1 + settings.Sum(setting => setting.Given.Count);
        if (table.Find(FileKeys.Run) is not { } run)
        {
            faults.Add(process.Place, $"{process.Name} has nothing to run: give it {FileKeys.Run} = \"COMMAND\", or {FileKeys.Like} = \"OTHER\"");
            return null;
        }

        var others = Others(table);
        if (Form.Run.Read(run, faults) is not { } line)
            return null;
        var words = line.Select(word => word.Text).ToArray();
        Command? command = null;
        return faults.Try(run.Place, () => command = Command.From(words, run is Node.List))
            ? Checked(new ProjectProcess(process.Name, process.Place, process.Folder, settings, others, new RunLine(words, run is Node.List, run.Place, command!)))
            : null;
    }

    private List<Setting> Others(Node.Table table)
    {
        var others = new List<Setting>();
        if (table.Find(FileKeys.Instances) is { } node && Form.Number.Read(node, faults) is [var number])
        {
            if (int.TryParse(number.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var instances) && instances is >= 1 and <= Instance.Most)
                others.Add(new Setting(FileKeys.Instances, [number]));
            else
                faults.Add(number.Place, $"{FileKeys.Instances} takes a number from 1 to {Instance.Most}, not {number.Text}");
        }

        foreach (var key in new[] { FileKeys.Profile, FileKeys.Hosts })
            if (table.Find(key) is { } names && Form.Texts.Read(names, faults) is { Count: > 0 } given)
                others.Add(new Setting(key, given));
        foreach (var profile in others.Where(setting => setting.Key == FileKeys.Profile).SelectMany(setting => setting.Given).Where(profile => !ProcessName.IsValid(profile.Text)))
            faults.Add(profile.Place, $"'{profile.Text}' cannot be the name of a profile: {ProcessName.Rule}");

        if (table.Find(FileKeys.Image) is { } named && Form.Text.Read(named, faults) is [var image])
        {
            if (image.Text.Length == 0 || image.Text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))
                faults.Add(image.Place, $"{FileKeys.Image} takes the name of a container image, such as \"registry.example/shop/api:2\", not '{image.Text}'");
            else
                others.Add(new Setting(FileKeys.Image, [image]));
        }

        return others;
    }

    // By the fields, as 'run' does, but with the place of each.
    private ProjectProcess Checked(ProjectProcess process)
    {
        if (process.Settings.Count == 0)
            return process;
        var given = process.Settings.Select(setting => (Setting: setting, Field: SpecFields.Find(setting.Key))).Where(pair => pair.Field is not null).ToList();
        foreach (var same in given.Where(pair => pair.Field!.Choice is not null).GroupBy(pair => pair.Field!.Choice).Where(same => same.Count() > 1))
            faults.Add(same.ElementAt(1).Setting.Place, $"{same.First().Setting.Key} and {same.ElementAt(1).Setting.Key} exclude each other; use one of them");
        var spec = new ProcessSpec { Name = process.Name, Command = process.Run.Command, WorkingDirectory = process.Folder, Environment = "", Umask = 0 };
        // Variables each by itself: there may be many.
        foreach (var variable in process.Settings.Where(setting => setting.Key == FileKeys.Environment).SelectMany(setting => setting.Given))
            faults.Try(variable.Place, () => Variable.Parse(variable.Text));
        var areNeeds = (process.Find(FileKeys.Needs)?.Given ?? []).All(need => faults.Try(need.Place, () => Need.Parse(need.Text)));
        foreach (var (setting, field) in given.Where(pair => pair.Setting.Key != FileKeys.Environment && (areNeeds || pair.Setting.Key != FileKeys.Needs)))
            faults.Try(setting.Place, () => spec = field!.Give(spec, setting.Values, Asker.None));
        foreach (var (setting, field) in given)
            if (field!.Needs is { } needed && SpecFields.Find(needed)!.Get(spec).Count == 0)
                faults.Add(setting.Place, $"{setting.Key} needs {needed}");
        if (SpecFields.WhyNot(spec) is { } why)
            faults.Add((given.Find(pair => why.StartsWith(pair.Setting.Key, StringComparison.Ordinal)).Setting ?? given[0].Setting).Place, why);
        if (process.Instances > 1 && process.Find("pid-file") is { } file)
            faults.Add(file.Place, "pid-file names one file, and each of several instances needs its own");
        return process;
    }
}
