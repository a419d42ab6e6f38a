//! Every table as diesel sees it; the migrations are the truth, a test compares the two.

diesel::table! {
    settings (key) {
        key -> Text,
        value -> Text,
        updated_at -> BigInt,
    }
}

diesel::table! {
    jobs (id) {
        id -> BigInt,
        kind -> Text,
        payload -> Text,
        dedup_key -> Nullable<Text>,
        priority -> Integer,
        state -> Text,
        run_at -> BigInt,
        attempts -> Integer,
        max_attempts -> Integer,
        fence -> BigInt,
        lease_until -> Nullable<BigInt>,
        last_error -> Nullable<Text>,
        created_at -> BigInt,
        finished_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    dkim_keys (id) {
        id -> BigInt,
        domain -> Text,
        selector -> Text,
        algorithm -> Text,
        private_key -> Text,
        public_key -> Text,
        created_at -> BigInt,
        active_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    idempotency_keys (actor, key) {
        actor -> Text,
        key -> Text,
        fingerprint -> Text,
        status -> Integer,
        content_type -> Text,
        body -> Text,
        secret -> Bool,
        created_at -> BigInt,
    }
}

diesel::table! {
    audit_log (id) {
        id -> BigInt,
        at -> BigInt,
        actor_id -> Nullable<BigInt>,
        action -> Text,
        object_type -> Text,
        object_id -> Nullable<BigInt>,
        detail -> Text,
        ip -> Text,
    }
}

diesel::table! {
    change_versions (name) {
        name -> Text,
        version -> BigInt,
    }
}

diesel::table! {
    files (id) {
        id -> BigInt,
        owner_id -> Nullable<BigInt>,
        name -> Text,
        mime -> Text,
        size -> BigInt,
        received -> BigInt,
        wanted_sha256 -> Text,
        sha256 -> Text,
        etag -> Text,
        width -> Nullable<Integer>,
        height -> Nullable<Integer>,
        colour -> Text,
        state -> Text,
        reason -> Text,
        object_key -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    file_uses (file_id, used_by, used_id) {
        file_id -> BigInt,
        used_by -> Text,
        used_id -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    file_parts (file_id, at) {
        file_id -> BigInt,
        at -> BigInt,
        size -> BigInt,
        object_key -> Text,
    }
}

diesel::table! {
    file_sizes (file_id, width) {
        file_id -> BigInt,
        width -> Integer,
        height -> Integer,
        mime -> Text,
        size -> BigInt,
        object_key -> Text,
    }
}

diesel::table! {
    file_garbage (object_key) {
        object_key -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    tiers (rank) {
        rank -> Integer,
        slug -> Text,
        name_de -> Text,
        name_en -> Text,
        min_turnover -> BigInt,
        periods -> Integer,
        response_hours -> Integer,
    }
}

diesel::table! {
    niches (id) {
        id -> BigInt,
        slug -> Text,
        name_de -> Text,
        name_en -> Text,
        description_de -> Text,
        description_en -> Text,
        min_rank -> Integer,
        hue -> Integer,
        position -> Integer,
        created_at -> BigInt,
    }
}

diesel::table! {
    members (id) {
        id -> BigInt,
        email -> Text,
        email_key -> Text,
        name -> Text,
        name_key -> Text,
        password_hash -> Nullable<Text>,
        role -> Text,
        status -> Text,
        locale -> Text,
        theme -> Text,
        time_zone -> Text,
        tier_rank -> Integer,
        tier_override_rank -> Nullable<Integer>,
        pitch -> Text,
        bio -> Text,
        decline_reason -> Text,
        newsletter_consent -> Bool,
        tracking_consent -> Bool,
        rights_version -> BigInt,
        created_at -> BigInt,
        confirmed_at -> Nullable<BigInt>,
        joined_at -> Nullable<BigInt>,
        last_seen_at -> Nullable<BigInt>,
        contact_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    policies (id) {
        id -> BigInt,
        kind -> Text,
        program_id -> Nullable<BigInt>,
        version -> Integer,
        text_de -> Text,
        text_en -> Text,
        asks -> Bool,
        created_at -> BigInt,
        created_by -> Nullable<BigInt>,
    }
}

diesel::table! {
    policy_acceptances (id) {
        id -> BigInt,
        policy_id -> BigInt,
        member_id -> BigInt,
        source -> Text,
        locale -> Text,
        ip -> Text,
        agent -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    member_tags (member_id, tag) {
        member_id -> BigInt,
        tag -> Text,
    }
}

diesel::table! {
    member_niches (member_id, niche_id) {
        member_id -> BigInt,
        niche_id -> BigInt,
    }
}

diesel::table! {
    sessions (id) {
        id -> BigInt,
        member_id -> BigInt,
        token_hash -> Text,
        created_at -> BigInt,
        last_seen_at -> BigInt,
        expires_at -> BigInt,
        ip -> Text,
        agent -> Text,
    }
}

diesel::table! {
    api_tokens (id) {
        id -> BigInt,
        member_id -> BigInt,
        name -> Text,
        token_hash -> Text,
        scopes -> Text,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        last_used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    mail_tokens (id) {
        id -> BigInt,
        member_id -> Nullable<BigInt>,
        purpose -> Text,
        token_hash -> Text,
        detail -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    consents (id) {
        id -> BigInt,
        member_id -> Nullable<BigInt>,
        email_key -> Text,
        kind -> Text,
        state -> Text,
        wording -> Text,
        version -> Text,
        locale -> Text,
        source -> Text,
        ip -> Text,
        agent -> Text,
        at -> BigInt,
        proof -> Text,
    }
}

diesel::table! {
    notices (id) {
        id -> BigInt,
        member_id -> BigInt,
        kind -> Text,
        args -> Text,
        href -> Text,
        subject -> Text,
        subject_id -> BigInt,
        place -> Text,
        place_id -> BigInt,
        actor_id -> Nullable<BigInt>,
        fold -> Nullable<Text>,
        folded -> Integer,
        created_at -> BigInt,
        read_at -> Nullable<BigInt>,
        pushed_at -> Nullable<BigInt>,
        mailed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    notice_prefs (member_id, kind) {
        member_id -> BigInt,
        kind -> Text,
        page -> Bool,
        push -> Bool,
        mail -> Bool,
    }
}

diesel::table! {
    notice_levels (member_id, place, place_id) {
        member_id -> BigInt,
        place -> Text,
        place_id -> BigInt,
        level -> Text,
    }
}

diesel::table! {
    notice_settings (member_id) {
        member_id -> BigInt,
        digest -> Text,
        quiet_from -> Nullable<Integer>,
        quiet_to -> Nullable<Integer>,
        quiet_zone -> Text,
        push_text -> Bool,
        digest_at -> Nullable<BigInt>,
        updated_at -> BigInt,
    }
}

diesel::table! {
    push_subscriptions (id) {
        id -> BigInt,
        member_id -> BigInt,
        endpoint -> Text,
        p256dh -> Text,
        auth -> Text,
        agent -> Text,
        failures -> Integer,
        created_at -> BigInt,
        last_ok_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    programs (id) {
        id -> BigInt,
        slug -> Text,
        name -> Text,
        link_base -> Text,
        currency -> Text,
        description_de -> Text,
        description_en -> Text,
        s2s_secret -> Text,
        created_at -> BigInt,
        sub_param -> Text,
    }
}

diesel::table! {
    affiliate_refs (id) {
        id -> BigInt,
        program_id -> BigInt,
        member_id -> BigInt,
        #[sql_name = "ref"]
        ref_code -> Text,
        ref_key -> Text,
        for_links -> Bool,
        created_at -> BigInt,
    }
}

diesel::table! {
    imports (id) {
        id -> BigInt,
        kind -> Text,
        status -> Text,
        dry_run -> Bool,
        file_name -> Text,
        file_path -> Text,
        options -> Text,
        report -> Text,
        rows_done -> BigInt,
        rows_total -> BigInt,
        created_by -> Nullable<BigInt>,
        created_at -> BigInt,
        finished_at -> Nullable<BigInt>,
        undone_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    import_marks (id) {
        id -> BigInt,
        import_id -> BigInt,
        kind -> Text,
        object_id -> BigInt,
    }
}

diesel::table! {
    affiliate_sponsors (id) {
        id -> BigInt,
        program_id -> BigInt,
        member_id -> BigInt,
        sponsor_ref -> Text,
        sponsor_key -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    import_steps (import_id, rows_done) {
        import_id -> BigInt,
        rows_done -> BigInt,
        lines -> Text,
    }
}

diesel::table! {
    import_drafts (id) {
        id -> BigInt,
        kind -> Text,
        file_name -> Text,
        file_path -> Text,
        created_by -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    import_mappings (kind, header) {
        kind -> Text,
        header -> Text,
        answers -> Text,
        updated_at -> BigInt,
    }
}

diesel::table! {
    ref_requests (id) {
        id -> BigInt,
        member_id -> BigInt,
        program_id -> BigInt,
        note -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    conversions (id) {
        id -> BigInt,
        source -> Text,
        order_id -> Text,
        product_id -> Text,
        program_id -> Nullable<BigInt>,
        affiliate_ref -> Text,
        ref_key -> Text,
        member_id -> Nullable<BigInt>,
        amount -> BigInt,
        currency -> Text,
        commission -> Nullable<BigInt>,
        status -> Text,
        occurred_at -> BigInt,
        import_id -> Nullable<BigInt>,
        raw -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
        sub_id -> Text,
    }
}

diesel::table! {
    conversion_changes (id) {
        id -> BigInt,
        conversion_id -> BigInt,
        import_id -> Nullable<BigInt>,
        before -> Text,
        after -> Text,
        at -> BigInt,
        by_match -> Bool,
    }
}

diesel::table! {
    tier_changes (id) {
        id -> BigInt,
        member_id -> BigInt,
        from_rank -> Integer,
        to_rank -> Integer,
        reason -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    threads (id) {
        id -> BigInt,
        niche_id -> BigInt,
        author_id -> Nullable<BigInt>,
        title -> Text,
        title_key -> Text,
        post_count -> Integer,
        last_number -> Integer,
        last_post_at -> BigInt,
        last_post_by -> Nullable<BigInt>,
        pinned -> Bool,
        locked -> Bool,
        hidden -> Bool,
        created_at -> BigInt,
        kind -> Text,
        lang -> Text,
        min_rank -> Integer,
        is_promo -> Bool,
        needs_ack -> Bool,
        accepted_id -> Nullable<BigInt>,
        twin_id -> Nullable<BigInt>,
        merged_into -> Nullable<BigInt>,
        tag_line -> Text,
        has_poll -> Bool,
    }
}

diesel::table! {
    posts (id) {
        id -> BigInt,
        thread_id -> BigInt,
        number -> Integer,
        author_id -> Nullable<BigInt>,
        reply_to -> Nullable<Integer>,
        body -> Text,
        html -> Text,
        rev -> Integer,
        likes -> Integer,
        created_at -> BigInt,
        edited_at -> Nullable<BigInt>,
        deleted_at -> Nullable<BigInt>,
        hidden_at -> Nullable<BigInt>,
        moved_to -> Nullable<BigInt>,
        taken_back_by -> Nullable<BigInt>,
        mark_count -> Integer,
    }
}

diesel::table! {
    thread_stages (thread_id, opens_at) {
        thread_id -> BigInt,
        opens_at -> BigInt,
        min_rank -> Integer,
    }
}

diesel::table! {
    niche_forums (niche_id) {
        niche_id -> BigInt,
        rules_de -> Text,
        rules_en -> Text,
        promo_days -> Nullable<Integer>,
    }
}

diesel::table! {
    tags (id) {
        id -> BigInt,
        slug -> Text,
        name -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    thread_tags (thread_id, tag_id) {
        thread_id -> BigInt,
        tag_id -> BigInt,
    }
}

diesel::table! {
    thread_polls (thread_id) {
        thread_id -> BigInt,
        question -> Text,
        multi -> Bool,
        closes_at -> Nullable<BigInt>,
        closed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    thread_poll_options (id) {
        id -> BigInt,
        thread_id -> BigInt,
        position -> Integer,
        label -> Text,
    }
}

diesel::table! {
    thread_poll_votes (option_id, member_id) {
        option_id -> BigInt,
        member_id -> BigInt,
        thread_id -> BigInt,
    }
}

diesel::table! {
    post_revisions (post_id, rev) {
        post_id -> BigInt,
        rev -> Integer,
        body -> Text,
        at -> BigInt,
        by_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    post_reactions (post_id, mark, member_id) {
        post_id -> BigInt,
        mark -> Text,
        member_id -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    forum_drafts (member_id, place) {
        member_id -> BigInt,
        place -> Text,
        title -> Text,
        body -> Text,
        updated_at -> BigInt,
    }
}

diesel::table! {
    bookmarks (member_id, post_id) {
        member_id -> BigInt,
        post_id -> BigInt,
        note -> Text,
        due_at -> Nullable<BigInt>,
        told_at -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    thread_acks (thread_id, member_id) {
        thread_id -> BigInt,
        member_id -> BigInt,
        at -> BigInt,
    }
}

diesel::table! {
    forum_warnings (id) {
        id -> BigInt,
        member_id -> BigInt,
        post_id -> Nullable<BigInt>,
        kind -> Text,
        reason -> Text,
        by_id -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    post_likes (post_id, member_id) {
        post_id -> BigInt,
        member_id -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    thread_reads (member_id, thread_id) {
        member_id -> BigInt,
        thread_id -> BigInt,
        last_number -> Integer,
        read_at -> BigInt,
    }
}

diesel::table! {
    niche_reads (member_id, niche_id) {
        member_id -> BigInt,
        niche_id -> BigInt,
        seen_at -> BigInt,
    }
}

diesel::table! {
    post_reports (id) {
        id -> BigInt,
        post_id -> BigInt,
        member_id -> BigInt,
        reason -> Text,
        created_at -> BigInt,
        closed_at -> Nullable<BigInt>,
        closed_by -> Nullable<BigInt>,
    }
}

diesel::table! {
    rooms (id) {
        id -> BigInt,
        slug -> Text,
        name -> Text,
        topic -> Text,
        access -> Text,
        min_rank -> Integer,
        niche_id -> Nullable<BigInt>,
        epoch -> Text,
        seq -> BigInt,
        message_count -> BigInt,
        created_at -> BigInt,
        created_by -> Nullable<BigInt>,
        archived_at -> Nullable<BigInt>,
        slow_ms -> BigInt,
        read_only -> Bool,
        announce -> Bool,
    }
}

diesel::table! {
    room_sanctions (room_id, member_id, kind) {
        room_id -> BigInt,
        member_id -> BigInt,
        kind -> Text,
        reason -> Text,
        until_at -> Nullable<BigInt>,
        by_id -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    room_members (room_id, member_id) {
        room_id -> BigInt,
        member_id -> BigInt,
        joined_at -> BigInt,
        joined_seq -> BigInt,
        last_read_seq -> BigInt,
        muted_until -> Nullable<BigInt>,
        sent_at -> BigInt,
        favourite -> Bool,
        silenced -> Bool,
        section_id -> Nullable<BigInt>,
        position -> Integer,
    }
}

diesel::table! {
    messages (id) {
        id -> BigInt,
        room_id -> BigInt,
        seq -> BigInt,
        sender_id -> Nullable<BigInt>,
        body -> Text,
        html -> Text,
        reply_to -> Nullable<BigInt>,
        rev -> Integer,
        created_at -> BigInt,
        edited_at -> Nullable<BigInt>,
        deleted_at -> Nullable<BigInt>,
        thread_of -> Nullable<BigInt>,
        thread_count -> Integer,
        mentions_all -> Bool,
        via -> Nullable<Text>,
        cards -> Text,
        shared -> Nullable<Text>,
    }
}

diesel::table! {
    room_events (room_id, seq) {
        room_id -> BigInt,
        seq -> BigInt,
        kind -> Text,
        message_id -> Nullable<BigInt>,
        actor_id -> Nullable<BigInt>,
        payload -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    message_cids (sender_id, cid) {
        sender_id -> BigInt,
        cid -> Text,
        room_id -> BigInt,
        message_id -> BigInt,
        seq -> BigInt,
        fingerprint -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    message_reactions (message_id, member_id, emoji) {
        message_id -> BigInt,
        member_id -> BigInt,
        emoji -> Text,
        created_at -> BigInt,
    }
}
diesel::table! {
    member_blocks (member_id, blocked_id) {
        member_id -> BigInt,
        blocked_id -> BigInt,
        created_at -> BigInt,
    }
}
diesel::table! {
    room_sections (id) {
        id -> BigInt,
        member_id -> BigInt,
        name -> Text,
        position -> Integer,
    }
}
diesel::table! {
    message_mentions (member_id, room_id, message_id) {
        member_id -> BigInt,
        room_id -> BigInt,
        message_id -> BigInt,
        seq -> BigInt,
    }
}
diesel::table! {
    message_revisions (message_id, rev) {
        message_id -> BigInt,
        rev -> Integer,
        body -> Text,
        html -> Text,
        at -> BigInt,
    }
}
diesel::table! {
    message_pins (room_id, message_id) {
        room_id -> BigInt,
        message_id -> BigInt,
        pinned_by -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}
diesel::table! {
    saved_messages (member_id, message_id) {
        member_id -> BigInt,
        message_id -> BigInt,
        created_at -> BigInt,
    }
}
diesel::table! {
    reminders (id) {
        id -> BigInt,
        member_id -> BigInt,
        message_id -> BigInt,
        due_at -> BigInt,
        created_at -> BigInt,
        told_at -> Nullable<BigInt>,
    }
}
diesel::table! {
    scheduled_messages (id) {
        id -> BigInt,
        member_id -> BigInt,
        room_id -> BigInt,
        body -> Text,
        send_at -> BigInt,
        created_at -> BigInt,
        state -> Text,
        message_id -> Nullable<BigInt>,
        reason -> Text,
    }
}
diesel::table! {
    room_drafts (member_id, room_id, thread) {
        member_id -> BigInt,
        room_id -> BigInt,
        thread -> BigInt,
        body -> Text,
        updated_at -> BigInt,
    }
}
diesel::table! {
    polls (id) {
        id -> BigInt,
        room_id -> BigInt,
        message_id -> BigInt,
        multi -> Bool,
        closed_at -> Nullable<BigInt>,
    }
}
diesel::table! {
    poll_options (id) {
        id -> BigInt,
        poll_id -> BigInt,
        position -> Integer,
        label -> Text,
    }
}
diesel::table! {
    poll_votes (poll_id, option_id, member_id) {
        poll_id -> BigInt,
        option_id -> BigInt,
        member_id -> BigInt,
    }
}
diesel::table! {
    direct_requests (room_id, member_id) {
        room_id -> BigInt,
        member_id -> BigInt,
        from_id -> BigInt,
        state -> Text,
        created_at -> BigInt,
    }
}
diesel::table! {
    link_previews (id) {
        id -> BigInt,
        url -> Text,
        state -> Text,
        title -> Text,
        summary -> Text,
        site -> Text,
        image -> Nullable<Binary>,
        fetched_at -> BigInt,
    }
}
diesel::table! {
    office_hours (id) {
        id -> BigInt,
        room_id -> BigInt,
        title -> Text,
        agenda -> Text,
        notes -> Text,
        host_id -> Nullable<BigInt>,
        starts_at -> BigInt,
        ends_at -> BigInt,
        state -> Text,
        created_at -> BigInt,
    }
}
diesel::table! {
    incoming_hooks (id) {
        id -> BigInt,
        room_id -> BigInt,
        name -> Text,
        secret_hash -> Text,
        created_by -> Nullable<BigInt>,
        created_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
    }
}
diesel::table! {
    outgoing_hooks (id) {
        id -> BigInt,
        room_id -> BigInt,
        url -> Text,
        secret -> Text,
        cursor_seq -> BigInt,
        is_active -> Bool,
        created_by -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}
diesel::table! {
    hook_deliveries (id) {
        id -> BigInt,
        hook_id -> BigInt,
        seq -> BigInt,
        body -> Text,
        state -> Text,
        attempts -> Integer,
        status -> Nullable<Integer>,
        reason -> Text,
        created_at -> BigInt,
        done_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    resources (id) {
        id -> BigInt,
        kind -> Text,
        title -> Text,
        summary -> Text,
        search_key -> Text,
        niche_id -> Nullable<BigInt>,
        program_id -> Nullable<BigInt>,
        min_rank -> Integer,
        publish_at -> Nullable<BigInt>,
        status -> Text,
        rev -> Integer,
        download_count -> BigInt,
        created_by -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
        star_sum -> BigInt,
        star_count -> BigInt,
        star_rank -> Integer,
    }
}

diesel::table! {
    resource_embargoes (resource_id, rank) {
        resource_id -> BigInt,
        rank -> Integer,
        until -> BigInt,
    }
}

diesel::table! {
    resource_variants (id) {
        id -> BigInt,
        resource_id -> BigInt,
        key -> Text,
        lang -> Text,
        subject -> Text,
        body -> Text,
        words -> Integer,
    }
}

diesel::table! {
    downloads (id) {
        id -> BigInt,
        resource_id -> BigInt,
        member_id -> BigInt,
        day -> Integer,
        variant -> Text,
        lang -> Text,
        format -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    resource_offers (resource_id) {
        resource_id -> BigInt,
        occasion -> Text,
        occasion_key -> Text,
        problem -> Text,
        problem_key -> Text,
        country -> Text,
        starts_at -> Nullable<BigInt>,
        valid_until -> Nullable<BigInt>,
        price -> Nullable<BigInt>,
        currency -> Text,
        price_until -> Nullable<BigInt>,
        successor_id -> Nullable<BigInt>,
        recalled_at -> Nullable<BigInt>,
        recall_reason -> Text,
        recalled_by -> Nullable<BigInt>,
        review_by -> Nullable<BigInt>,
        review_note -> Text,
    }
}

diesel::table! {
    resource_versions (id) {
        id -> BigInt,
        resource_id -> BigInt,
        rev -> Integer,
        by_member -> Nullable<BigInt>,
        at -> BigInt,
        content -> Text,
    }
}

diesel::table! {
    kit_items (kit_id, position) {
        kit_id -> BigInt,
        position -> Integer,
        resource_id -> BigInt,
        day -> Integer,
        note -> Text,
    }
}

diesel::table! {
    resource_favourites (member_id, resource_id) {
        member_id -> BigInt,
        resource_id -> BigInt,
        at -> BigInt,
    }
}

diesel::table! {
    resource_ratings (resource_id, member_id) {
        resource_id -> BigInt,
        member_id -> BigInt,
        stars -> Integer,
        comment -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    text_wishes (id) {
        id -> BigInt,
        resource_id -> BigInt,
        member_id -> BigInt,
        wish -> Text,
        status -> Text,
        answer -> Text,
        created_at -> BigInt,
        closed_at -> Nullable<BigInt>,
        closed_by -> Nullable<BigInt>,
    }
}

diesel::table! {
    own_words (member_id, program_id, field) {
        member_id -> BigInt,
        program_id -> BigInt,
        field -> Text,
        words -> Text,
        updated_at -> BigInt,
    }
}

diesel::table! {
    own_versions (id) {
        id -> BigInt,
        resource_id -> BigInt,
        member_id -> BigInt,
        key -> Text,
        lang -> Text,
        subject -> Text,
        body -> Text,
        base_subject -> Text,
        base_body -> Text,
        offer -> Text,
        offer_note -> Text,
        rev -> Integer,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    short_links (id) {
        id -> BigInt,
        code -> Text,
        member_id -> BigInt,
        program_id -> BigInt,
        resource_id -> BigInt,
        name -> Text,
        sub_id -> Text,
        target -> Text,
        clicks -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    link_clicks (link_id, day) {
        link_id -> BigInt,
        day -> Integer,
        clicks -> BigInt,
    }
}

diesel::table! {
    link_visits (id) {
        id -> BigInt,
        link_id -> BigInt,
        member_id -> BigInt,
        at -> BigInt,
    }
}

diesel::table! {
    recall_tells (resource_id, member_id) {
        resource_id -> BigInt,
        member_id -> BigInt,
        at -> BigInt,
    }
}

diesel::table! {
    resource_details (resource_id) {
        resource_id -> BigInt,
        data -> Text,
        valid_until -> Nullable<Text>,
    }
}

diesel::table! {
    resource_files (resource_id, file_id) {
        resource_id -> BigInt,
        file_id -> BigInt,
        position -> Integer,
        role -> Text,
        title -> Text,
        alt_de -> Text,
        alt_en -> Text,
        licence -> Text,
        credit -> Text,
        lang -> Text,
    }
}

diesel::table! {
    section_marks (member_id, resource_id, section) {
        member_id -> BigInt,
        resource_id -> BigInt,
        section -> Integer,
        done_at -> BigInt,
    }
}

diesel::table! {
    collections (id) {
        id -> BigInt,
        title_de -> Text,
        title_en -> Text,
        summary_de -> Text,
        summary_en -> Text,
        created_by -> Nullable<BigInt>,
        updated_at -> BigInt,
    }
}

diesel::table! {
    collection_items (collection_id, resource_id) {
        collection_id -> BigInt,
        resource_id -> BigInt,
        position -> Integer,
    }
}

diesel::table! {
    text_prints (resource_id, place) {
        resource_id -> BigInt,
        place -> Text,
        print -> BigInt,
    }
}

diesel::table! {
    resource_told (resource_id, member_id) {
        resource_id -> BigInt,
        member_id -> BigInt,
        rev -> Integer,
        warned -> Text,
    }
}

diesel::table! {
    bulk_uploads (id) {
        id -> BigInt,
        created_by -> BigInt,
        file_id -> BigInt,
        dry_run -> Bool,
        status -> Text,
        report -> Text,
        created_at -> BigInt,
        finished_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    segments (id) {
        id -> BigInt,
        name -> Text,
        rule -> Text,
        version -> Integer,
        created_by -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    campaigns (id) {
        id -> BigInt,
        name -> Text,
        segment_id -> BigInt,
        subject_de -> Text,
        subject_en -> Text,
        body_de -> Text,
        body_en -> Text,
        program_id -> Nullable<BigInt>,
        reply_to -> Text,
        tier_offsets -> Text,
        status -> Text,
        revision -> Integer,
        scheduled_at -> Nullable<BigInt>,
        started_at -> Nullable<BigInt>,
        finished_at -> Nullable<BigInt>,
        snapshot_cursor -> BigInt,
        snapshot_rule -> Text,
        hold_reason -> Text,
        excluded -> Text,
        created_by -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
        tracking -> Bool,
    }
}

diesel::table! {
    deliveries (campaign_id, member_id) {
        campaign_id -> BigInt,
        member_id -> BigInt,
        email -> Text,
        email_hash -> Text,
        state -> Text,
        reason -> Text,
        tier_rank -> Integer,
        due_at -> BigInt,
        lease_owner -> Nullable<Text>,
        lease_until -> Nullable<BigInt>,
        fence -> BigInt,
        attempts -> Integer,
        next_at -> BigInt,
        stage -> Text,
        code -> Integer,
        detail -> Text,
        message_id -> Text,
        updated_at -> BigInt,
        tracked -> Bool,
    }
}

diesel::table! {
    suppressions (id) {
        id -> BigInt,
        email_hash -> Text,
        email -> Nullable<Text>,
        reason -> Text,
        source -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    campaign_links (id) {
        id -> BigInt,
        campaign_id -> BigInt,
        url -> Text,
    }
}

diesel::table! {
    returned_mails (id) {
        id -> BigInt,
        at -> BigInt,
        recipient -> Text,
        campaign_id -> Nullable<BigInt>,
        member_id -> Nullable<BigInt>,
        verdict -> Text,
        status -> Text,
        detail -> Text,
        raw -> Text,
    }
}

diesel::table! {
    campaign_events (id) {
        id -> BigInt,
        campaign_id -> BigInt,
        member_id -> BigInt,
        kind -> Text,
        url -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    forum_imports (id) {
        id -> BigInt,
        file_name -> Text,
        path -> Text,
        lang -> Text,
        time_zone -> Text,
        dry_run -> Bool,
        status -> Text,
        done -> BigInt,
        total -> BigInt,
        report -> Text,
        created_by -> Nullable<BigInt>,
        created_at -> BigInt,
        finished_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    forum_sources (kind, source) {
        kind -> Text,
        source -> Text,
        object_id -> BigInt,
    }
}

diesel::table! {
    feed_tokens (member_id) {
        member_id -> BigInt,
        hash -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    search_entries (id) {
        id -> BigInt,
        kind -> Text,
        object_id -> BigInt,
        niche_id -> Nullable<BigInt>,
        min_rank -> Integer,
        lang -> Text,
        path -> Text,
        title -> Text,
        body -> Text,
        created_at -> BigInt,
        author_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    backups (id) {
        id -> BigInt,
        name -> Text,
        kind -> Text,
        place -> Text,
        state -> Text,
        sealed -> Bool,
        bytes -> BigInt,
        sha256 -> Text,
        row_count -> BigInt,
        file_count -> BigInt,
        error -> Text,
        started_at -> BigInt,
        finished_at -> Nullable<BigInt>,
        started_by -> Nullable<BigInt>,
    }
}

diesel::table! {
    alerts (kind) {
        kind -> Text,
        detail -> Text,
        seen -> Integer,
        since -> BigInt,
        seen_at -> BigInt,
        mailed_at -> Nullable<BigInt>,
        ended_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    mail_windows (route, span, start) {
        route -> Text,
        span -> Text,
        start -> BigInt,
        used -> BigInt,
    }
}

diesel::joinable!(files -> members (owner_id));
diesel::joinable!(file_uses -> files (file_id));
diesel::joinable!(file_parts -> files (file_id));
diesel::joinable!(file_sizes -> files (file_id));
diesel::table! {
    invite_waves (id) {
        id -> BigInt,
        name -> Text,
        segment_id -> Nullable<BigInt>,
        status -> Text,
        per_hour -> BigInt,
        remind_days -> BigInt,
        left_out -> BigInt,
        created_by -> Nullable<BigInt>,
        created_at -> BigInt,
        finished_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    invitations (id) {
        id -> BigInt,
        wave_id -> BigInt,
        member_id -> BigInt,
        state -> Text,
        invited_at -> Nullable<BigInt>,
        delivered_at -> Nullable<BigInt>,
        opened_at -> Nullable<BigInt>,
        active_at -> Nullable<BigInt>,
        reminded_at -> Nullable<BigInt>,
        code -> Integer,
        created_at -> BigInt,
    }
}

diesel::table! {
    invite_links (id) {
        id -> BigInt,
        code -> Text,
        name -> Text,
        visits -> BigInt,
        created_by -> Nullable<BigInt>,
        created_at -> BigInt,
        closed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    invite_link_uses (member_id) {
        member_id -> BigInt,
        link_id -> BigInt,
        at -> BigInt,
    }
}

diesel::joinable!(member_tags -> members (member_id));
diesel::joinable!(member_niches -> members (member_id));
diesel::joinable!(member_niches -> niches (niche_id));
diesel::joinable!(sessions -> members (member_id));
diesel::joinable!(api_tokens -> members (member_id));
diesel::joinable!(mail_tokens -> members (member_id));
diesel::joinable!(notices -> members (member_id));
diesel::joinable!(notice_prefs -> members (member_id));
diesel::joinable!(notice_levels -> members (member_id));
diesel::joinable!(notice_settings -> members (member_id));
diesel::joinable!(push_subscriptions -> members (member_id));
diesel::joinable!(affiliate_refs -> programs (program_id));
diesel::joinable!(affiliate_refs -> members (member_id));
diesel::joinable!(invitations -> invite_waves (wave_id));
diesel::joinable!(invitations -> members (member_id));
diesel::joinable!(ref_requests -> members (member_id));
diesel::joinable!(ref_requests -> programs (program_id));
diesel::joinable!(tier_changes -> members (member_id));
diesel::joinable!(threads -> niches (niche_id));
diesel::joinable!(posts -> threads (thread_id));
diesel::joinable!(thread_stages -> threads (thread_id));
diesel::joinable!(niche_forums -> niches (niche_id));
diesel::joinable!(thread_tags -> threads (thread_id));
diesel::joinable!(thread_tags -> tags (tag_id));
diesel::joinable!(thread_polls -> threads (thread_id));
diesel::joinable!(thread_poll_options -> threads (thread_id));
diesel::joinable!(thread_poll_votes -> thread_poll_options (option_id));
diesel::joinable!(thread_poll_votes -> members (member_id));
diesel::joinable!(thread_poll_votes -> threads (thread_id));
diesel::joinable!(post_revisions -> posts (post_id));
diesel::joinable!(post_reactions -> posts (post_id));
diesel::joinable!(post_reactions -> members (member_id));
diesel::joinable!(forum_drafts -> members (member_id));
diesel::joinable!(bookmarks -> members (member_id));
diesel::joinable!(bookmarks -> posts (post_id));
diesel::joinable!(thread_acks -> threads (thread_id));
diesel::joinable!(thread_acks -> members (member_id));
diesel::joinable!(forum_warnings -> members (member_id));
diesel::joinable!(forum_warnings -> posts (post_id));
diesel::joinable!(post_likes -> posts (post_id));
diesel::joinable!(post_likes -> members (member_id));
diesel::joinable!(thread_reads -> members (member_id));
diesel::joinable!(thread_reads -> threads (thread_id));
diesel::joinable!(niche_reads -> members (member_id));
diesel::joinable!(niche_reads -> niches (niche_id));
diesel::joinable!(post_reports -> posts (post_id));
diesel::joinable!(post_reports -> members (member_id));
diesel::joinable!(rooms -> niches (niche_id));
diesel::joinable!(room_members -> rooms (room_id));
diesel::joinable!(room_members -> members (member_id));
diesel::joinable!(room_sanctions -> rooms (room_id));
diesel::joinable!(room_sanctions -> members (member_id));
diesel::joinable!(messages -> rooms (room_id));
diesel::joinable!(room_events -> rooms (room_id));
diesel::joinable!(message_reactions -> messages (message_id));
diesel::joinable!(message_reactions -> members (member_id));
diesel::joinable!(resources -> niches (niche_id));
diesel::joinable!(resources -> programs (program_id));
diesel::joinable!(resource_embargoes -> resources (resource_id));
diesel::joinable!(resource_variants -> resources (resource_id));
diesel::joinable!(downloads -> resources (resource_id));
diesel::joinable!(downloads -> members (member_id));
diesel::joinable!(resource_details -> resources (resource_id));
diesel::joinable!(resource_files -> resources (resource_id));
diesel::joinable!(resource_files -> files (file_id));
diesel::joinable!(section_marks -> members (member_id));
diesel::joinable!(section_marks -> resources (resource_id));
diesel::joinable!(collection_items -> collections (collection_id));
diesel::joinable!(collection_items -> resources (resource_id));
diesel::joinable!(text_prints -> resources (resource_id));
diesel::joinable!(resource_told -> resources (resource_id));
diesel::joinable!(resource_told -> members (member_id));
diesel::joinable!(resource_offers -> resources (resource_id));
diesel::joinable!(resource_ratings -> members (member_id));
diesel::joinable!(text_wishes -> resources (resource_id));
diesel::joinable!(text_wishes -> members (member_id));
diesel::joinable!(own_versions -> resources (resource_id));
diesel::joinable!(own_versions -> members (member_id));
diesel::joinable!(short_links -> programs (program_id));
diesel::joinable!(link_clicks -> short_links (link_id));
diesel::joinable!(campaigns -> segments (segment_id));
diesel::joinable!(campaigns -> programs (program_id));
diesel::joinable!(deliveries -> campaigns (campaign_id));
diesel::joinable!(campaign_events -> campaigns (campaign_id));

diesel::allow_tables_to_appear_in_same_query!(
    settings,
    jobs,
    idempotency_keys,
    audit_log,
    change_versions,
    files,
    file_uses,
    file_parts,
    file_sizes,
    file_garbage,
    tiers,
    niches,
    members,
    policies,
    policy_acceptances,
    member_tags,
    member_niches,
    sessions,
    api_tokens,
    mail_tokens,
    consents,
    notices,
    notice_prefs,
    notice_levels,
    notice_settings,
    push_subscriptions,
    programs,
    affiliate_refs,
    imports,
    ref_requests,
    invite_waves,
    invitations,
    invite_links,
    invite_link_uses,
    affiliate_sponsors,
    import_steps,
    import_drafts,
    import_mappings,
    import_marks,
    conversions,
    conversion_changes,
    tier_changes,
    threads,
    posts,
    thread_stages,
    niche_forums,
    tags,
    thread_tags,
    thread_polls,
    thread_poll_options,
    thread_poll_votes,
    post_revisions,
    post_reactions,
    forum_drafts,
    bookmarks,
    thread_acks,
    forum_warnings,
    post_likes,
    thread_reads,
    niche_reads,
    post_reports,
    rooms,
    room_members,
    room_sanctions,
    messages,
    room_events,
    message_cids,
    message_reactions,
    member_blocks,
    room_sections,
    message_mentions,
    message_revisions,
    message_pins,
    saved_messages,
    reminders,
    scheduled_messages,
    room_drafts,
    polls,
    poll_options,
    poll_votes,
    direct_requests,
    link_previews,
    office_hours,
    incoming_hooks,
    outgoing_hooks,
    hook_deliveries,
    resources,
    resource_embargoes,
    resource_variants,
    downloads,
    resource_offers,
    resource_versions,
    kit_items,
    resource_favourites,
    resource_ratings,
    text_wishes,
    own_words,
    own_versions,
    short_links,
    link_clicks,
    link_visits,
    recall_tells,
    resource_details,
    resource_files,
    section_marks,
    collections,
    collection_items,
    text_prints,
    resource_told,
    bulk_uploads,
    segments,
    campaigns,
    deliveries,
    suppressions,
    campaign_events,
    campaign_links,
    returned_mails,
    search_entries,
    feed_tokens,
    forum_imports,
    forum_sources,
    backups,
    alerts,
    mail_windows,
);
