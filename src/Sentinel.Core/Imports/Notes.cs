namespace Sentinel.Core.Imports;

/// <summary>
/// Gathers what is not taken. A table that was opened is told about key by key: what nobody asked for is in the notes, so that
/// no key of any file is dropped in silence.
/// </summary>
internal sealed class Notes
{
    public const string Hooks = "write it as a [hook.NAME] with on and run";

    public const string NotYet = "sentinel does not have this yet";

    /// <summary>Of files whose change restarts a process.</summary>
    public const string Watching = "it is not taken over; --watch, or watch in sentinel.toml, watches files";

    public const string Unknown = "nothing in sentinel.toml stands for it";

    /// <summary>Why a part of a project cannot be a group.</summary>
    public const string NoGroups = "the processes of a project are one group: commands take several names, as in 'sentinel stop api worker'";

    private readonly List<NotTaken> _told = [];
    private readonly HashSet<NotTaken> _known = [];
    private readonly List<Keys> _open = [];
    private readonly List<string> _files = [];

    public void Tell(Place place, string path, string why)
    {
        if (!_files.Contains(place.File))
            _files.Add(place.File);
        var note = new NotTaken(place.File, place.Line, path, why);
        if (_known.Add(note))
            _told.Add(note);
    }

    public Keys Open(Keys keys)
    {
        _open.Add(keys);
        return keys;
    }

    /// <summary>All that is not taken, now that everything has been asked for.</summary>
    public IReadOnlyList<NotTaken> All()
    {
        foreach (var keys in _open)
            keys.TellRest();
        return [.. _told.OrderBy(note => _files.IndexOf(note.File)).ThenBy(note => note.Line)];
    }
}
